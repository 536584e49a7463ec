//! What a comparison needs to know, with a constant number of statements.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use digituki_domain::assessment::{AssessmentFacts, AssessmentRecord};
use digituki_domain::assessment_framework::{AssessmentFrameworkFacts, Lineage};
use digituki_domain::assessment_round::{
    AssessmentRound, AssessmentRoundId, AssessmentRoundRecord, RoundStatus, SubjectId, SubjectKind,
};
use digituki_domain::clock::Moment;
use digituki_domain::comparison::{
    Comparison, ComparisonQuestion, Confirmed, Earlier, Row, SMALLEST_GROUP, compare, ended,
};
use digituki_domain::invalid::{Invalid, Violation};
use digituki_domain::key::Key;
use digituki_domain::noun::Kept;
use digituki_domain::policy::Permit;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::among::among;
use crate::assessment_framework;
use crate::assessment_round::subject;
use crate::column::Json;
use crate::connection::AnyConnection;
use crate::error::{Error, Result, refuse};
use crate::noun::{self, Columns, Stored as _};
use crate::schema::{assessment_rounds, assessments};

type Round = Kept<AssessmentRound>;
type Versions = HashMap<Key, AssessmentFrameworkFacts>;

/// Compares the subjects of a round, with one another and with an earlier round.
pub fn of(
    db: &mut AnyConnection,
    question: &ComparisonQuestion,
    moment: Moment,
    permit: &Permit,
) -> Result<Comparison> {
    let round = round(db, "round", question.round.as_ref(), moment, permit)?;
    let versions = assessment_framework::settled(db, &[round.record.assessment_kind])?;
    let framework = version(&versions, &round.record)?;
    check_criteria(question, framework)?;
    let previous = match &question.previous_round {
        Some(id) => Some(named_before(db, &round, id, &versions, (moment, permit))?),
        None => latest_before(db, &round, &versions, moment)?,
    };
    let mut answers = answers(db, [Some(&round), previous.as_ref().map(|(round, _)| round)])?;
    let mut confirmed = |round: &Round| -> Result<Confirmed> {
        Ok(Confirmed {
            framework: version(&versions, &round.record)?.clone(),
            asked: round.record.facts.asked.len(),
            answers: answers.remove(&round.id).unwrap_or_default(),
        })
    };
    let now = confirmed(&round)?;
    let earlier = match &previous {
        Some((previous, lineage)) => Some(Earlier { confirmed: confirmed(previous)?, lineage: lineage.clone() }),
        None => None,
    };
    let rows = compare(question, &now, earlier.as_ref());
    let named = subject::Named::load(db, rows.iter().flat_map(Row::subjects))?;
    Ok(Comparison {
        round: round.id,
        framework: round.record.facts.framework,
        previous_round: previous.as_ref().map(|(previous, _)| previous.id),
        previous_framework: previous.map(|(previous, _)| previous.record.facts.framework),
        smallest_group: SMALLEST_GROUP,
        items: rows.into_iter().map(|row| row.published(|subject| named.get(subject))).collect::<Result<_>>()?,
        ended: earlier.map(|earlier| ended(question, &earlier)).unwrap_or_default(),
    })
}

/// A round that a parameter names; refused where it is not there, or is a draft to a caller who does not see those.
fn round(
    db: &mut AnyConnection,
    parameter: &str,
    id: Option<&AssessmentRoundId>,
    moment: Moment,
    permit: &Permit,
) -> Result<Round> {
    let Some(id) = id else { return Err(refused(parameter, Invalid::MissingParameter)) };
    if let Some(kept) = AssessmentRound::find(db, id)?
        && permit.sees(&AssessmentRound::sight(db, id, &kept.record, moment.today)?)
    {
        return Ok(kept);
    }
    Err(refused(parameter, Invalid::NoSuch { value: id.to_string() }))
}

fn refused(parameter: &str, invalid: Invalid) -> Error {
    Error::Refused(vec![Violation::parameter(parameter, invalid)])
}

/// Refuses criteria that the framework of the round does not have.
fn check_criteria(question: &ComparisonQuestion, framework: &AssessmentFrameworkFacts) -> Result<()> {
    let unknown = question.criterion.iter().filter(|code| framework.criterion(code).is_none());
    let allowed: Vec<String> = framework.criteria().map(|criterion| criterion.code.to_string()).collect();
    let fault =
        |value: String| Violation::parameter("criterion", Invalid::UnknownValue { value, allowed: allowed.clone() });
    refuse(unknown.map(|code| fault(code.to_string())).collect())
}

/// An earlier round that the question names, and what became of its criteria. It asks the same kind of subjects, and its
/// framework is one that the round's comes of.
fn named_before(
    db: &mut AnyConnection,
    round: &Round,
    id: &AssessmentRoundId,
    versions: &Versions,
    (moment, permit): (Moment, &Permit),
) -> Result<(Round, Lineage)> {
    let previous = self::round(db, "previous_round", Some(id), moment, permit)?;
    let compares = turn(&previous) < turn(round) && previous.record.subject_kind() == round.record.subject_kind();
    match lineage(versions, &previous, round).filter(|_| compares) {
        Some(lineage) => Ok((previous, lineage)),
        None => Err(refused("previous_round", Invalid::Contradictory)),
    }
}

/// The latest earlier round that compares and that has come to its end: of those that enough of the same subjects were
/// confirmed in, if there are any.
fn latest_before(
    db: &mut AnyConnection,
    round: &Round,
    versions: &Versions,
    moment: Moment,
) -> Result<Option<(Round, Lineage)>> {
    // Rounds are few, one or two a year of each kind.
    let subject_kind = round.record.subject_kind().map_or("", SubjectKind::code);
    let rows: Vec<Columns<AssessmentRound>> = assessment_rounds::table
        .filter(assessment_rounds::assessment_kind.eq(round.record.assessment_kind.code()))
        .filter(assessment_rounds::subject_kind.eq(subject_kind))
        .filter(assessment_rounds::published)
        .filter(assessment_rounds::opens_on.le(round.record.facts.opens_on))
        .select((assessment_rounds::id, assessment_rounds::record, assessment_rounds::version))
        .load(db)?;
    let mut earlier = noun::kept::<AssessmentRound>(rows)?;
    earlier.retain(|other| {
        let is_over = matches!(other.record.status(moment.today), RoundStatus::PastDue | RoundStatus::Closed);
        is_over && turn(other) < turn(round)
    });
    earlier.sort_by_key(|other| std::cmp::Reverse(turn(other)));
    let lines =
        earlier.into_iter().filter_map(|other| lineage(versions, &other, round).map(|lineage| (other, lineage)));
    let mut lines: Vec<(Round, Lineage)> = lines.collect();
    let confirmed = confirmed(db, lines.iter().map(|(other, _)| other).chain([round]))?;
    let of = |round: &Round| confirmed.get(&round.id.to_string());
    let shared = |other: &Round| of(other).zip(of(round)).map_or(0, |(then, now)| then.intersection(now).count());
    let best = lines.iter().position(|(other, _)| shared(other) >= SMALLEST_GROUP).unwrap_or(0);
    Ok((best < lines.len()).then(|| lines.swap_remove(best)))
}

/// Whose assessments were confirmed in each of some rounds.
fn confirmed<'a>(
    db: &mut AnyConnection,
    rounds: impl Iterator<Item = &'a Round>,
) -> Result<HashMap<String, BTreeSet<String>>> {
    let rows: Vec<(String, String)> = assessments::table
        .filter(among(assessments::round_id, rounds.map(|round| round.id.to_string())))
        .filter(assessments::confirmed)
        .select((assessments::round_id, assessments::subject))
        .load(db)?;
    let mut confirmed: HashMap<_, BTreeSet<_>> = HashMap::new();
    for (round, subject) in rows {
        confirmed.entry(round).or_default().insert(subject);
    }
    Ok(confirmed)
}

/// When a round comes among others: by its opening, and of two that open on one day by its id.
fn turn(round: &Round) -> (NaiveDate, AssessmentRoundId) {
    (round.record.facts.opens_on, round.id)
}

fn lineage(versions: &Versions, older: &Round, newer: &Round) -> Option<Lineage> {
    Lineage::between(versions, &older.record.facts.framework, &newer.record.facts.framework)
}

fn version<'a>(versions: &'a Versions, round: &AssessmentRoundRecord) -> Result<&'a AssessmentFrameworkFacts> {
    let key = &round.facts.framework;
    versions
        .get(key)
        .ok_or_else(|| Error::Unforeseen(format!("a round is held by no framework that is settled: {key}")))
}

/// The confirmed answers of rounds, by subject, with one statement.
fn answers(
    db: &mut AnyConnection,
    rounds: [Option<&Round>; 2],
) -> Result<HashMap<AssessmentRoundId, BTreeMap<SubjectId, AssessmentFacts>>> {
    let rounds = rounds.into_iter().flatten().map(|round| round.id.to_string());
    let rows: Vec<Json<AssessmentRecord>> = assessments::table
        .filter(among(assessments::round_id, rounds))
        .filter(assessments::confirmed)
        .select(assessments::record)
        .load(db)?;
    let mut answers: HashMap<_, BTreeMap<_, _>> = HashMap::new();
    for row in rows {
        let record = row.read()?;
        answers.entry(record.round).or_default().insert(record.subject, record.facts);
    }
    Ok(answers)
}
