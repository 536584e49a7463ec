//! Areas, populations and organisations from the files in `data/`.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::area::{AreaId, AreaKind, FINLAND};
use digituki_domain::municipality::{LanguageStatus, UrbanRural};
use digituki_domain::organisation::{BusinessId, OrganisationId, OrganisationType};
use digituki_domain::text::Names;
use digituki_domain::vocabulary::Vocabulary;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::shipped::{Ledger, Shipped, Step, put};
use crate::column::{self, Json, Plain};
use crate::connection::AnyConnection;
use crate::error::{Error, Result};
use crate::schema::{areas, memberships, municipalities, organisations, populations};
use crate::{area, municipality, names, organisation};

/// Loads the reference data, what is referred to before what refers to it.
pub(super) fn load(db: &mut AnyConnection, ledger: &mut Ledger) -> Result<()> {
    let finland = AreaFacts {
        code: FINLAND.into(),
        name_fi: Some("Suomi".into()),
        name_sv: Some("Finland".into()),
        name_en: Some("Finland".into()),
        valid_from: None,
        valid_to: None,
        successor: None,
    };
    ledger.ship(db, &Country(finland))?;
    for facts in read(include_str!("../../data/regions.csv"))? {
        ledger.ship(db, &Region(facts))?;
    }
    for facts in read(include_str!("../../data/hospital_districts.csv"))? {
        ledger.ship(db, &HospitalDistrict(facts))?;
    }
    for facts in read(include_str!("../../data/wellbeing_services_counties.csv"))? {
        ledger.ship(db, &WellbeingServicesCounty(facts))?;
    }
    for facts in municipalities()? {
        ledger.ship(db, &facts)?;
    }
    for facts in read::<OrganisationFacts>(include_str!("../../data/organisations.csv"))? {
        ledger.ship(db, &facts)?;
    }
    Ok(())
}

fn read<T: DeserializeOwned>(file: &str) -> Result<Vec<T>> {
    csv::Reader::from_reader(file.as_bytes())
        .deserialize()
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| Error::Unforeseen(format!("shipped data: {error}")))
}

#[derive(Serialize, Deserialize)]
struct AreaFacts {
    code: String,
    name_fi: Option<String>,
    name_sv: Option<String>,
    name_en: Option<String>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    successor: Option<String>,
}

impl AreaFacts {
    fn store(&self, kind: AreaKind, db: &mut AnyConnection, step: Step) -> Result<bool> {
        let names = Names { fi: self.name_fi.clone(), sv: self.name_sv.clone(), en: self.name_en.clone() };
        let row = area::Row {
            kind: Plain::of(&kind),
            code: self.code.clone(),
            folded_names: names::folded(&names),
            sort_name: names::sort_key(&names),
            names: Json::of(&names)?,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            successor: self.successor.clone(),
            version: step.to,
        };
        Ok(put!(db, areas, (kind.code(), &self.code), &row, step))
    }
}

/// The kinds of areas that are no more than names, codes and validity.
macro_rules! shipped_area {
    ($($type:ident)+) => {$(
        #[derive(Serialize)]
        struct $type(AreaFacts);

        impl Shipped for $type {
            const NOUN: &'static str = stringify!($type);

            fn id(&self) -> String {
                self.0.code.clone()
            }

            fn store(&self, db: &mut AnyConnection, step: Step) -> Result<bool> {
                self.0.store(AreaKind::$type, db, step)
            }
        }
    )+};
}
shipped_area!(Country Region HospitalDistrict WellbeingServicesCounty);

#[derive(Serialize)]
struct MunicipalityFacts {
    area: AreaFacts,
    details: Details,
    memberships: Vec<Membership>,
    populations: Vec<Figure>,
}

/// The columns of a municipality that other areas do not have.
#[derive(Serialize, Deserialize)]
struct Details {
    language_status: LanguageStatus,
    urban_rural: UrbanRural,
    lat: Option<f64>,
    lon: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct Membership {
    municipality: String,
    kind: AreaKind,
    area: String,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
}

#[derive(Serialize, Deserialize)]
struct Figure {
    municipality: String,
    date: NaiveDate,
    population: i64,
}

/// The municipalities, each with its memberships and figures.
fn municipalities() -> Result<Vec<MunicipalityFacts>> {
    let mut memberships: HashMap<String, Vec<Membership>> = HashMap::new();
    for membership in read::<Membership>(include_str!("../../data/memberships.csv"))? {
        memberships.entry(membership.municipality.clone()).or_default().push(membership);
    }
    let mut populations: HashMap<String, Vec<Figure>> = HashMap::new();
    for figure in read::<Figure>(include_str!("../../data/populations.csv"))? {
        populations.entry(figure.municipality.clone()).or_default().push(figure);
    }
    let file = include_str!("../../data/municipalities.csv");
    let facts = read::<AreaFacts>(file)?.into_iter().zip(read::<Details>(file)?).map(|(area, details)| {
        let memberships = memberships.remove(&area.code).unwrap_or_default();
        let populations = populations.remove(&area.code).unwrap_or_default();
        MunicipalityFacts { area, details, memberships, populations }
    });
    Ok(facts.collect())
}

impl Shipped for MunicipalityFacts {
    const NOUN: &'static str = "Municipality";

    fn id(&self) -> String {
        self.area.code.clone()
    }

    fn store(&self, db: &mut AnyConnection, step: Step) -> Result<bool> {
        if !self.area.store(AreaKind::Municipality, db, step)? {
            return Ok(false);
        }
        let code = &self.area.code;
        let details = municipality::Row {
            code: code.clone(),
            language_status: Plain::of(&self.details.language_status),
            urban_rural: Plain::of(&self.details.urban_rural),
            lat: self.details.lat,
            lon: self.details.lon,
        };
        if step.from.is_none() {
            diesel::insert_into(municipalities::table).values(&details).execute(db)?;
        } else {
            diesel::update(municipalities::table.find(code)).set(&details).execute(db)?;
            diesel::delete(memberships::table.filter(memberships::municipality.eq(code))).execute(db)?;
            diesel::delete(populations::table.filter(populations::municipality.eq(code))).execute(db)?;
        }
        for (ordinal, membership) in (0_i32..).zip(&self.memberships) {
            diesel::insert_into(memberships::table)
                .values((
                    memberships::municipality.eq(code),
                    memberships::kind.eq(membership.kind.code()),
                    memberships::ordinal.eq(ordinal),
                    memberships::area.eq(&membership.area),
                    memberships::valid_from.eq(membership.valid_from),
                    memberships::valid_to.eq(membership.valid_to),
                ))
                .execute(db)?;
        }
        for figure in &self.populations {
            diesel::insert_into(populations::table)
                .values((
                    populations::municipality.eq(code),
                    populations::date.eq(figure.date),
                    populations::population.eq(figure.population),
                ))
                .execute(db)?;
        }
        Ok(true)
    }
}

#[derive(Serialize, Deserialize)]
struct OrganisationFacts {
    key: String,
    organisation_type: OrganisationType,
    name_fi: Option<String>,
    name_sv: Option<String>,
    name_en: Option<String>,
    business_id: Option<BusinessId>,
    area: Option<String>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    successor: Option<String>,
}

impl Shipped for OrganisationFacts {
    const NOUN: &'static str = "Organisation";

    fn id(&self) -> String {
        OrganisationId::of_key(&self.key).to_string()
    }

    fn store(&self, db: &mut AnyConnection, step: Step) -> Result<bool> {
        let names = Names { fi: self.name_fi.clone(), sv: self.name_sv.clone(), en: self.name_en.clone() };
        let area: Option<AreaId> = self.area.as_deref().map(column::parse).transpose()?;
        let row = organisation::Row {
            id: self.id(),
            organisation_type: Plain::of(&self.organisation_type),
            folded_names: names::folded(&names),
            sort_name: names::sort_key(&names),
            names: Json::of(&names)?,
            business_id: self.business_id.as_ref().map(Plain::of),
            area_kind: area.as_ref().map(|area| Plain::of(&area.kind())),
            area_code: area.map(|area| area.code().to_owned()),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            successor_id: self.successor.as_deref().map(|key| OrganisationId::of_key(key).to_string()),
            version: step.to,
        };
        Ok(put!(db, organisations, self.id(), &row, step))
    }
}
