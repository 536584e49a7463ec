//! The story so far, from the files in `data/history/`: what is not known stays null.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use digituki_domain::area::AreaId;
use digituki_domain::call::{CallDocument, CallEvent};
use digituki_domain::date::RoughDate;
use digituki_domain::grant::{GrantId, GrantStatus};
use digituki_domain::key::Key;
use digituki_domain::money::Money;
use digituki_domain::organisation::{OrganisationId, OrganisationType};
use digituki_domain::pilot::{PilotId, PilotStatus, PilotTask};
use digituki_domain::text::{Descriptions, Names};
use digituki_domain::vocabulary::Vocabulary;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::shipped::{Ledger, Shipped, Step, put};
use crate::column::{self, Json, Plain};
use crate::connection::AnyConnection;
use crate::error::{Error, Result};
use crate::schema::{
    calls, grant_areas, grants, pilot_areas, pilots, programme_areas, programme_coordinators, programmes,
};
use crate::{call, grant, names, pilot, programme};

/// Loads the story, what is referred to before what refers to it.
pub(super) fn load(db: &mut AnyConnection, ledger: &mut Ledger) -> Result<()> {
    for facts in read::<Vec<ProgrammeFacts>>(include_str!("../../data/history/programmes.json"))? {
        ledger.ship(db, &facts)?;
    }
    for facts in read::<Vec<CallFacts>>(include_str!("../../data/history/calls.json"))? {
        ledger.ship(db, &facts)?;
    }
    let pilots: Pilots = read(include_str!("../../data/history/pilots.json"))?;
    for own in pilots.pilots {
        ledger.ship(db, &PilotFacts { own, shared: &pilots.shared })?;
    }
    let grants: Grants = read(include_str!("../../data/history/grants.json"))?;
    for region in &grants.regions {
        ledger.ship(db, &GrantFacts { region, shared: &grants.shared })?;
    }
    Ok(())
}

fn read<T: DeserializeOwned>(file: &str) -> Result<T> {
    serde_json::from_str(file).map_err(|error| Error::Unforeseen(format!("shipped data: {error}")))
}

/// Replaces the areas of a row: the same for every noun that has a table of (whose, kind, code).
macro_rules! put_areas {
    ($db:expr, $table:ident, $whose:ident, $id:expr, $areas:expr) => {
        diesel::delete($table::table.filter($table::$whose.eq($id))).execute($db)?;
        for area in $areas {
            let area: AreaId = column::parse(area)?;
            diesel::insert_into($table::table)
                .values(($table::$whose.eq($id), $table::kind.eq(area.kind().code()), $table::code.eq(area.code())))
                .execute($db)?;
        }
    };
}

#[derive(Serialize, Deserialize)]
struct ProgrammeFacts {
    key: Key,
    names: Names,
    descriptions: Option<Descriptions>,
    goals: Vec<Descriptions>,
    coordinators: Vec<CoordinatorFacts>,
    previous: Option<Key>,
    starts: RoughDate,
    ends: Option<RoughDate>,
    areas: Vec<String>,
    grants_total: Option<Money>,
}

impl Shipped for ProgrammeFacts {
    const NOUN: &'static str = "Programme";

    fn id(&self) -> String {
        self.key.to_string()
    }

    fn store(&self, db: &mut AnyConnection, step: Step) -> Result<bool> {
        let row = programme::Row {
            key: self.id(),
            names: Json::of(&self.names)?,
            descriptions: self.descriptions.as_ref().map(Json::of).transpose()?,
            goals: Json::of(&self.goals)?,
            previous: self.previous.as_ref().map(ToString::to_string),
            starts: Json::of(&self.starts)?,
            sort_date: self.starts.earliest.to_string(),
            ends: self.ends.as_ref().map(Json::of).transpose()?,
            grants_total: self.grants_total.as_ref().map(Json::of).transpose()?,
            version: step.to,
        };
        if !put!(db, programmes, self.id(), &row, step) {
            return Ok(false);
        }
        put_areas!(db, programme_areas, programme, self.id(), &self.areas);
        let of_this = programme_coordinators::programme.eq(self.id());
        diesel::delete(programme_coordinators::table.filter(of_this)).execute(db)?;
        for (ordinal, coordinator) in (0_i32..).zip(&self.coordinators) {
            diesel::insert_into(programme_coordinators::table)
                .values((
                    programme_coordinators::programme.eq(self.id()),
                    programme_coordinators::ordinal.eq(ordinal),
                    programme_coordinators::organisation_id
                        .eq(OrganisationId::of_key(&coordinator.organisation).to_string()),
                    programme_coordinators::first_day.eq(coordinator.first_day),
                    programme_coordinators::last_day.eq(coordinator.last_day),
                ))
                .execute(db)?;
        }
        Ok(true)
    }
}

#[derive(Serialize, Deserialize)]
struct CoordinatorFacts {
    organisation: String,
    first_day: Option<NaiveDate>,
    last_day: Option<NaiveDate>,
}

#[derive(Serialize, Deserialize)]
struct CallFacts {
    key: Key,
    programme: Key,
    names: Names,
    organiser: String,
    opens_at: Option<DateTime<Utc>>,
    closes_at: Option<DateTime<Utc>>,
    decided: bool,
    eligible_organisation_types: Option<Vec<OrganisationType>>,
    budgeted: Option<Money>,
    awarded: Option<Money>,
    unused: Option<Money>,
    usable_from: Option<NaiveDate>,
    usable_to: Option<NaiveDate>,
    events: Vec<CallEvent>,
    documents: Vec<CallDocument>,
    applications_received: Option<i32>,
    counties_represented: Option<i32>,
    selected: Option<i32>,
    selection_grounds: Option<Descriptions>,
}

impl Shipped for CallFacts {
    const NOUN: &'static str = "Call";

    fn id(&self) -> String {
        self.key.to_string()
    }

    fn store(&self, db: &mut AnyConnection, step: Step) -> Result<bool> {
        let row = call::Row {
            key: self.id(),
            programme: self.programme.to_string(),
            names: Json::of(&self.names)?,
            organiser_id: OrganisationId::of_key(&self.organiser).to_string(),
            published: true,
            cancelled: false,
            opens_at: self.opens_at.map(column::stored_instant),
            closes_at: self.closes_at.map(column::stored_instant),
            decided: self.decided,
            eligible_organisation_types: self.eligible_organisation_types.as_ref().map(Json::of).transpose()?,
            budgeted: self.budgeted.as_ref().map(Json::of).transpose()?,
            awarded: self.awarded.as_ref().map(Json::of).transpose()?,
            unused: self.unused.as_ref().map(Json::of).transpose()?,
            usable_from: self.usable_from,
            usable_to: self.usable_to,
            events: Json::of(&self.events)?,
            documents: Json::of(&self.documents)?,
            applications_received: self.applications_received,
            counties_represented: self.counties_represented,
            selected: self.selected,
            selection_grounds: self.selection_grounds.as_ref().map(Json::of).transpose()?,
            version: step.to,
        };
        Ok(put!(db, calls, self.id(), &row, step))
    }
}

#[derive(Deserialize)]
struct Pilots {
    #[serde(flatten)]
    shared: SharedByPilots,
    pilots: Vec<OwnOfPilot>,
}

#[derive(Serialize, Deserialize)]
struct SharedByPilots {
    programme: Key,
    call: Key,
    pilot_status: PilotStatus,
    starts: RoughDate,
    objectives: Vec<Descriptions>,
    tasks: Vec<PilotTask>,
}

#[derive(Serialize, Deserialize)]
struct OwnOfPilot {
    key: String,
    names: Names,
    lead: String,
    areas: Vec<String>,
}

#[derive(Serialize)]
struct PilotFacts<'a> {
    own: OwnOfPilot,
    shared: &'a SharedByPilots,
}

impl Shipped for PilotFacts<'_> {
    const NOUN: &'static str = "Pilot";

    fn id(&self) -> String {
        PilotId::of_key(&self.own.key).to_string()
    }

    fn store(&self, db: &mut AnyConnection, step: Step) -> Result<bool> {
        let Self { own, shared } = self;
        let row = pilot::Row {
            id: self.id(),
            programme: shared.programme.to_string(),
            call: shared.call.to_string(),
            sort_name: names::sort_key(&own.names),
            names: Json::of(&own.names)?,
            pilot_status: Plain::of(&shared.pilot_status),
            lead_id: OrganisationId::of_key(&own.lead).to_string(),
            starts: Some(Json::of(&shared.starts)?),
            begins: Some(shared.starts.earliest),
            ends: None,
            objectives: Json::of(&shared.objectives)?,
            tasks: Json::of(&shared.tasks)?,
            version: step.to,
        };
        if !put!(db, pilots, self.id(), &row, step) {
            return Ok(false);
        }
        put_areas!(db, pilot_areas, pilot_id, self.id(), &own.areas);
        Ok(true)
    }
}

#[derive(Deserialize)]
struct Grants {
    #[serde(flatten)]
    shared: SharedByGrants,
    regions: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct SharedByGrants {
    programme: Key,
    call: Key,
    grant_status: GrantStatus,
    usable_from: NaiveDate,
    usable_to: NaiveDate,
}

/// A grant to the council of a region; no amount is known.
#[derive(Serialize)]
struct GrantFacts<'a> {
    region: &'a str,
    shared: &'a SharedByGrants,
}

impl Shipped for GrantFacts<'_> {
    const NOUN: &'static str = "Grant";

    fn id(&self) -> String {
        GrantId::of_key(&format!("{}:{}", self.shared.call, self.region)).to_string()
    }

    fn store(&self, db: &mut AnyConnection, step: Step) -> Result<bool> {
        let Self { region, shared } = self;
        let beneficiary = OrganisationId::of_key(&format!("regional-council-{region}")).to_string();
        let row = grant::Row {
            id: self.id(),
            programme: shared.programme.to_string(),
            call: shared.call.to_string(),
            beneficiary_id: beneficiary,
            amount: None,
            grant_status: Plain::of(&shared.grant_status),
            usable_from: Some(shared.usable_from),
            usable_to: Some(shared.usable_to),
            version: step.to,
        };
        if !put!(db, grants, self.id(), &row, step) {
            return Ok(false);
        }
        put_areas!(db, grant_areas, grant_id, self.id(), [&format!("region:{region}")]);
        Ok(true)
    }
}
