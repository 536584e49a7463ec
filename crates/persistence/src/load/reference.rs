//! Areas, populations and organisations from the files in `data/`.

use std::collections::HashMap;

use chrono::NaiveDate;
use digituki_domain::area::{Area, AreaId, AreaKind, AreaRecord, FINLAND};
use digituki_domain::municipality::{
    LanguageStatus, Membership, Municipality, MunicipalityRecord, Population, UrbanRural,
};
use digituki_domain::organisation::{
    BusinessId, Organisation, OrganisationFacts, OrganisationId, OrganisationRecord, OrganisationType,
};
use digituki_domain::point::Point;
use digituki_domain::text::Names;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::shipped::Ledger;
use crate::column;
use crate::error::{Error, Result};
use crate::organisation;
use crate::write::Tx;

/// Loads the reference data, what is referred to before what refers to it.
pub(super) fn load(tx: &mut Tx, ledger: &mut Ledger) -> Result<()> {
    let finland = Names { fi: Some("Suomi".into()), sv: Some("Finland".into()), en: Some("Finland".into()) };
    let finland = AreaRecord { names: finland, valid_from: None, valid_to: None, successor: None };
    ledger.ship::<Area>(tx, area_id(AreaKind::Country, FINLAND)?, finland)?;
    let files = [
        (AreaKind::Region, include_str!("../../data/regions.csv")),
        (AreaKind::HospitalDistrict, include_str!("../../data/hospital_districts.csv")),
        (AreaKind::WellbeingServicesCounty, include_str!("../../data/wellbeing_services_counties.csv")),
    ];
    for (kind, file) in files {
        for line in read::<AreaLine>(file)? {
            ledger.ship::<Area>(tx, area_id(kind, &line.code)?, line.into())?;
        }
    }
    municipalities(tx, ledger)?;
    organisations(tx, ledger)
}

fn read<T: DeserializeOwned>(file: &str) -> Result<Vec<T>> {
    csv::Reader::from_reader(file.as_bytes())
        .deserialize()
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| Error::Unforeseen(format!("shipped data: {error}")))
}

fn area_id(kind: AreaKind, code: &str) -> Result<AreaId> {
    AreaId::new(kind, code).map_err(|invalid| Error::Unforeseen(format!("shipped data: {invalid}")))
}

#[derive(Deserialize)]
struct AreaLine {
    code: String,
    name_fi: Option<String>,
    name_sv: Option<String>,
    name_en: Option<String>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    successor: Option<String>,
}

impl From<AreaLine> for AreaRecord {
    fn from(line: AreaLine) -> Self {
        Self {
            names: Names { fi: line.name_fi, sv: line.name_sv, en: line.name_en },
            valid_from: line.valid_from,
            valid_to: line.valid_to,
            successor: line.successor,
        }
    }
}

/// The columns of a municipality that other areas do not have.
#[derive(Deserialize)]
struct DetailsLine {
    language_status: LanguageStatus,
    urban_rural: UrbanRural,
    lat: Option<f64>,
    lon: Option<f64>,
}

#[derive(Deserialize)]
struct MembershipLine {
    municipality: String,
    kind: AreaKind,
    area: String,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct PopulationLine {
    municipality: String,
    date: NaiveDate,
    population: i64,
}

/// Loads the municipalities, each with its memberships and figures.
fn municipalities(tx: &mut Tx, ledger: &mut Ledger) -> Result<()> {
    let mut memberships: HashMap<String, Vec<Membership>> = HashMap::new();
    for line in read::<MembershipLine>(include_str!("../../data/memberships.csv"))? {
        let area = area_id(line.kind, &line.area)?;
        let membership = Membership { area, valid_from: line.valid_from, valid_to: line.valid_to };
        memberships.entry(line.municipality).or_default().push(membership);
    }
    let mut populations: HashMap<String, Vec<Population>> = HashMap::new();
    for line in read::<PopulationLine>(include_str!("../../data/populations.csv"))? {
        let figure = Population { date: line.date, population: line.population };
        populations.entry(line.municipality).or_default().push(figure);
    }
    let file = include_str!("../../data/municipalities.csv");
    for (area, details) in read::<AreaLine>(file)?.into_iter().zip(read::<DetailsLine>(file)?) {
        let mut populations = populations.remove(&area.code).unwrap_or_default();
        populations.sort_by_key(|figure| figure.date);
        let code = column::parse(&area.code)?;
        let record = MunicipalityRecord {
            memberships: memberships.remove(&area.code).unwrap_or_default(),
            populations,
            area: area.into(),
            language_status: details.language_status,
            urban_rural: details.urban_rural,
            point: details.lat.zip(details.lon).map(|(lat, lon)| Point { lat, lon }),
        };
        ledger.ship::<Municipality>(tx, code, record)?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct OrganisationLine {
    key: String,
    organisation_type: OrganisationType,
    name_fi: Option<String>,
    name_sv: Option<String>,
    name_en: Option<String>,
    business_id: Option<BusinessId>,
    area: Option<AreaId>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    successor: Option<String>,
}

/// Loads the organisations. A business id that another row holds stays with it: of two that are swapped,
/// each gets its own when the other has let go of it, and a user's own row keeps what it has.
fn organisations(tx: &mut Tx, ledger: &mut Ledger) -> Result<()> {
    let mut waiting = Vec::new();
    for line in read::<OrganisationLine>(include_str!("../../data/organisations.csv"))? {
        let id = OrganisationId::of_key(&line.key);
        let facts = OrganisationFacts {
            organisation_type: line.organisation_type,
            names: Names { fi: line.name_fi, sv: line.name_sv, en: line.name_en },
            business_id: line.business_id,
            area: line.area,
            valid_from: line.valid_from,
            valid_to: line.valid_to,
            successor: line.successor.as_deref().map(OrganisationId::of_key),
        };
        let record = OrganisationRecord { facts, reference: true };
        if !ledger.is_new::<Organisation>(&id, &record)? {
            continue;
        }
        if organisation::is_taken(tx.db(), record.facts.business_id.as_ref(), id)? {
            let mut without = record.clone();
            without.facts.business_id = None;
            ledger.ship::<Organisation>(tx, id, without)?;
            waiting.push((id, record));
        } else {
            ledger.ship::<Organisation>(tx, id, record)?;
        }
    }
    for (id, record) in waiting {
        if organisation::is_taken(tx.db(), record.facts.business_id.as_ref(), id)? {
            log::warn!("organisation {id} is loaded without its business id, which another organisation has");
        } else {
            ledger.ship::<Organisation>(tx, id, record)?;
        }
    }
    Ok(())
}
