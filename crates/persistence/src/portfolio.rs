//! What a simulation of a set of applications needs to know.

use std::collections::{BTreeSet, HashMap};

use digituki_domain::application::{Application, ApplicationId};
use digituki_domain::area::AreaId;
use digituki_domain::call::Call;
use digituki_domain::clock::Moment;
use digituki_domain::evaluation::Millionths;
use digituki_domain::invalid::{Invalid, Place, Violation};
use digituki_domain::key::Key;
use digituki_domain::noun::Kept;
use digituki_domain::policy::{Permit, Reach};
use digituki_domain::portfolio::{
    BestQuestion, Candidate, Country, Days, MOST_APPLICATIONS, MOST_CANDIDATES, PortfolioQuestion, Simulation,
};

use crate::connection::AnyConnection;
use crate::coverage::{self, Ground, When};
use crate::error::{Error, Result, in_body, refuse, together};
use crate::noun::Stored as _;
use crate::organisation::Named;
use crate::{application, evaluation, municipality};

/// Reads what a question is answered from; none where the caller sees no such call. As many statements for one application
/// as for a hundred.
pub fn simulation(
    db: &mut AnyConnection,
    key: &Key,
    question: PortfolioQuestion,
    moment: Moment,
    permit: &Permit,
) -> Result<Option<Simulation>> {
    let Some(call) = Call::find(db, key)? else { return Ok(None) };
    if !permit.sees(&Call::sight(db, &call.id, &call.record, moment.today)?) {
        return Ok(None);
    }
    let PortfolioQuestion { applications, population_date, as_of, best } = question;
    let chosen = application::to_choose_from(db, key, &applications, permit)?;
    check(&applications, &chosen, best.as_ref())?;
    let areas: BTreeSet<AreaId> = chosen.iter().flat_map(|kept| kept.record.facts.areas.clone()).collect();
    let areas: Vec<AreaId> = areas.into_iter().collect();
    let when = When { population_date, before: None, as_of };
    let ground = coverage::ground(db, &areas, when).map_err(of_body)?;
    let candidates = candidates(db, chosen, &areas, &ground, permit)?;
    let Ground { population_date, as_of, areas, country } = ground;
    let places = municipality::places(db, as_of)?;
    let country = Country { days: Days { population_date, as_of }, areas, inhabitants: country, places };
    Ok(Some(Simulation { call: call.id, budgeted: call.record.facts.budgeted, candidates, country, best }))
}

/// Refuses what is asked of applications that cannot be chosen, and more of them than can be answered.
fn check(asked: &[ApplicationId], chosen: &[Kept<Application>], best: Option<&BestQuestion>) -> Result<()> {
    let found: BTreeSet<ApplicationId> = chosen.iter().map(|kept| kept.id).collect();
    let known = |pointer: &str, ids: &[ApplicationId]| {
        let strange = in_body(pointer, ids).into_iter().filter(|(_, id)| !found.contains(id));
        let no_such = |id: ApplicationId| Invalid::NoSuch { value: id.to_string() };
        refuse(strange.map(|(place, id)| Violation { place, invalid: no_such(id) }).collect())
    };
    let at_most = |max: usize, count: usize| {
        let too_many = || Violation::pointer("/applications", Invalid::TooMany { max });
        refuse((count > max).then(too_many).into_iter().collect())
    };
    together([known("/applications", asked), at_most(MOST_APPLICATIONS, chosen.len())])?;
    let Some(best) = best else { return Ok(()) };
    let excluded = best.exclude.iter().filter(|id| found.contains(id)).count();
    together([
        known("/best/must_include", &best.must_include),
        known("/best/exclude", &best.exclude),
        at_most(MOST_CANDIDATES, chosen.len() - excluded),
    ])
}

/// What is wrong with the days of a coverage stands in the body here. An area is at fault for the day whose borders hold.
fn of_body(error: Error) -> Error {
    let moved = |Violation { place, invalid }| match place {
        Place::Parameter(name) if name == "area" => Violation::pointer("/as_of", invalid),
        Place::Parameter(name) => Violation::pointer(&format!("/{name}"), invalid),
        place @ Place::Pointer(_) => Violation { place, invalid },
    };
    match error {
        Error::Refused(violations) => Error::Refused(violations.into_iter().map(moved).collect()),
        other => other,
    }
}

fn candidates(
    db: &mut AnyConnection,
    chosen: Vec<Kept<Application>>,
    areas: &[AreaId],
    ground: &Ground,
    permit: &Permit,
) -> Result<Vec<Candidate>> {
    let applicants = Named::load(db, chosen.iter().map(|kept| kept.record.facts.applicant))?;
    let ids: Vec<ApplicationId> = chosen.iter().map(|kept| kept.id).collect();
    // Who sees some evaluations only would learn of the others by their mean.
    let sees_scores = permit.reach() == Reach::Everything;
    let scores = if sees_scores { evaluation::scores_of(db, &ids)? } else { HashMap::new() };
    let score = |id: ApplicationId| scores.get(&id)?.weighted_score.map(Millionths::number);
    let members: HashMap<&AreaId, &BTreeSet<String>> =
        areas.iter().zip(ground.areas.iter().map(|(_, members)| members)).collect();
    chosen
        .into_iter()
        .map(|Kept { id, record, .. }| {
            let facts = record.facts;
            let municipalities = facts.areas.iter().filter_map(|area| members.get(area));
            Ok(Candidate {
                id,
                applicant: applicants.get(facts.applicant)?,
                names: facts.names,
                requested: facts.requested,
                score: score(id),
                customer_groups: facts.customer_groups,
                functional_parts: facts.functional_parts,
                municipalities: municipalities.flat_map(|codes| codes.iter().cloned()).collect(),
            })
        })
        .collect()
}
