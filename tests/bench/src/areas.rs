//! Municipalities, and by which areas one finds what lies in them or serves them.

use std::collections::HashMap;

use digituki_domain::point::{Planar, Point};
use serde_json::Value;

use crate::Result;

/// Areas that lead to points: `at:` where they lie, the others whom they serve.
pub(crate) const COUNTRY: &str = "country";
/// All of it but Åland.
pub(crate) const MAINLAND: &str = "mainland";
const ALAND: &str = "21";

/// How many areas lead to what a municipality is offered, at most.
pub(crate) const KEYS: usize = 6;

/// A municipality.
pub(crate) struct Municipality {
    pub(crate) names: Value,
    pub(crate) region: String,
    pub(crate) centre: Option<Point>,
    planar: Option<Planar>,
    /// The areas of what lies there or serves it; those behind the last are empty.
    pub(crate) keys: [String; KEYS],
}

/// All of them, by their codes.
pub(crate) struct Municipalities(pub(crate) HashMap<String, Municipality>);

impl Municipalities {
    /// Reads them as the registry lists them.
    pub(crate) fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Self> {
        let mut municipalities = HashMap::new();
        for line in lines {
            let record: Value = serde_json::from_str(line)?;
            municipalities.insert(string(&record["code"]), municipality(&record));
        }
        Ok(Self(municipalities))
    }

    /// The one whose centre is nearest.
    pub(crate) fn nearest(&self, from: Planar) -> Option<&Municipality> {
        let distance = |of: &Municipality| of.planar.map_or(f64::MAX, |planar| planar.distance(from));
        self.0.values().min_by(|one, other| distance(one).total_cmp(&distance(other)))
    }
}

fn municipality(record: &Value) -> Municipality {
    let (code, region) = (string(&record["code"]), string(&record["region"]["code"]));
    let centre = record["point"]["lat"].as_f64().zip(record["point"]["lon"].as_f64());
    let centre = centre.map(|(lat, lon)| Point { lat, lon });
    let keys = [
        format!("at:{code}"),
        format!("municipality:{code}"),
        format!("region:{region}"),
        format!("wellbeing_services_county:{}", string(&record["wellbeing_services_county"]["code"])),
        COUNTRY.to_owned(),
        if region == ALAND { String::new() } else { MAINLAND.to_owned() },
    ];
    Municipality { names: record["names"].clone(), region, centre, planar: centre.and_then(Point::planar), keys }
}

/// A JSON string's text; nothing for anything else.
pub(crate) fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
