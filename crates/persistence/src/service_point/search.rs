//! What is found in words, the best first.
//!
//! All points that answer are ranked where some condition leaves few of them. Where none does, a walk goes through them
//! block by block: those in whose more telling fields the rarest word stands first, or, where `near` asks, the nearest
//! first. Within a block they are ranked by everything that counts.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeZone as _, Utc};
use diesel::dsl::InnerJoinOn;
use diesel::prelude::*;
use digituki_domain::clock::Moment;
use digituki_domain::freshness::Freshness;
use digituki_domain::search::{Circumstances, Need, Question, Score, SearchField, SearchText, Wanted, WordId};
use digituki_domain::text::Language;
use digituki_domain::vocabulary::Vocabulary as _;

use super::conditions::Conditions;
use super::list::Chosen;
use super::matching::{around, meeting, there};
use super::near::{self, Around};
use super::walk::{walked, walked_along};
use super::{Known, Slim, slim, words};
use crate::among::among;
use crate::column;
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::page::{Position, Window};
use crate::schema::{service_point_texts, service_points};

/// So many points are ranked together where there are more than can all be.
const BLOCK: usize = 200;

/// Where fewer points hold all the words, those that hold some of them come behind.
const ENOUGH: usize = 20;

/// A question in words, as far as it can be worked out before the points are looked at.
#[derive(Clone, Default)]
pub(super) struct Search {
    pub(super) question: Question,
    /// Terms of which a point has any, for each word: first those of few points.
    pub(super) groups: Vec<WordGroup>,
    /// The terms that count for how well a point answers, in their order.
    pub(super) counting: Vec<WordId>,
}

/// The terms of one word.
#[derive(Clone)]
pub(super) struct WordGroup {
    pub(super) words: Vec<i64>,
    /// How many points have them, as far as they were counted.
    points: i64,
    is_place: bool,
}

impl WordGroup {
    /// Whether the points that have any of the terms fit into a block.
    pub(super) fn leads(&self) -> bool {
        usize::try_from(self.points).is_ok_and(|points| points <= BLOCK)
    }
}

impl Search {
    /// Reads a question by the words that points hold.
    pub(super) fn new(db: &mut AnyConnection, known: &Known, text: &SearchText) -> Result<Self> {
        let mut counts: HashMap<WordId, i64> = HashMap::new();
        let question = Question::read(text.as_str(), |terms| {
            let there = words::count(db, known, &terms)?;
            counts.extend(&there);
            Ok::<_, crate::Error>(there.into_keys().collect::<BTreeSet<_>>())
        })?;
        let others = question.terms().into_iter().filter(|term| !counts.contains_key(term)).collect();
        counts.extend(words::count(db, known, &others)?);
        let mut groups: Vec<WordGroup> = question
            .wanted
            .iter()
            .filter(|wanted| wanted.need != Need::Counts)
            .map(|wanted| WordGroup::of(wanted, &counts))
            .collect();
        groups.sort_by_key(|group| group.points);
        let counting = question.counting();
        Ok(Self { question, groups, counting })
    }

    /// What may be asked for where nothing holds all the words: any of the words in the place that was named, whatever
    /// there is in the place, any of the words anywhere; nothing twice.
    fn looser(&self) -> Vec<Vec<WordGroup>> {
        let (places, others): (Vec<WordGroup>, Vec<WordGroup>) =
            self.groups.iter().cloned().partition(|group| group.is_place);
        let mut looser = Vec::new();
        if others.len() > 1 && !places.is_empty() {
            let mut both = places.clone();
            both.push(WordGroup::any(&others));
            both.sort_by_key(|group| group.points);
            looser.push(both);
        }
        if !places.is_empty() && !others.is_empty() {
            looser.push(places);
        }
        looser.push(vec![WordGroup::any(&self.groups)]);
        looser
    }

    /// How well a point answers.
    fn score(&self, Candidate { slim, has_place, words, .. }: &Candidate, asker: &Asker<'_>) -> Score {
        let words = words::unpack_some(words, &self.counting);
        let language = self.question.language.map(Language::from);
        let circumstances = Circumstances {
            metres: asker.around.and_then(|around| Some(around.from.distance(slim.planar()?))),
            comes_to_you: asker.around.is_some() && !has_place,
            is_open: asker.is_open(slim),
            speaks: language.is_some_and(|language| words.speak(language)),
            freshness: Freshness::of(slim.verified_at(), asker.now),
        };
        self.question.score(&words, circumstances)
    }
}

/// What is read of a point to say how well it answers.
#[derive(Queryable)]
pub(super) struct Candidate {
    id: String,
    pub(super) slim: Slim,
    has_place: bool,
    words: Vec<u8>,
}

/// The columns of a [`Candidate`].
macro_rules! candidate {
    () => {
        (
            service_point_texts::id,
            slim!(service_point_texts),
            service_point_texts::has_place,
            service_point_texts::words,
        )
    };
}
pub(super) use candidate;

impl WordGroup {
    /// Any of the words of some groups.
    fn any(groups: &[Self]) -> Self {
        let words: BTreeSet<i64> = groups.iter().flat_map(|group| group.words.iter().copied()).collect();
        let points = groups.iter().map(|group| group.points).sum();
        Self { words: words.into_iter().collect(), points, is_place: false }
    }

    fn of(wanted: &Wanted, counts: &HashMap<WordId, i64>) -> Self {
        let there = wanted.ways.keys().filter_map(|word| Some((word.0, counts.get(word)?)));
        let (words, points): (Vec<i64>, Vec<i64>) = there.unzip();
        Self { words, points: points.iter().sum(), is_place: wanted.need == Need::Place }
    }
}

/// Who asks, and when.
struct Asker<'a> {
    around: Option<&'a Around>,
    known: &'a Known,
    now: DateTime<Utc>,
    /// At which instant it is to be open.
    open_at: DateTime<Utc>,
}

impl<'a> Asker<'a> {
    fn new(conditions: &'a Conditions, known: &'a Known, now: DateTime<Utc>, open_at: DateTime<Utc>) -> Self {
        Self { around: conditions.around.as_ref(), known, now, open_at }
    }

    fn is_open(&self, slim: &Slim) -> bool {
        let state = slim.hours.and_then(|hours| self.known.open_state(hours, self.open_at));
        state.is_some_and(|state| state.open_now)
    }
}

/// Where a page starts: by which clock the walk goes, in which block, and behind which of its points.
struct Start {
    now: DateTime<Utc>,
    block: Option<Position>,
    behind: Option<(i64, String)>,
}

impl Start {
    fn read(position: Option<&Position>, moment: Moment) -> Result<Self> {
        let Some(position) = position else { return Ok(Self { now: moment.now, block: None, behind: None }) };
        let parts: Vec<&str> = position.sort.splitn(4, ';').collect();
        let [millis, score, id, sort] = parts.try_into().unwrap_or_default();
        let now = Utc.timestamp_millis_opt(column::parse(millis)?).single().unwrap_or(moment.now);
        let block = (!id.is_empty()).then(|| Position { sort: sort.to_owned(), id: id.to_owned() });
        Ok(Self { now, block, behind: Some((column::parse(score)?, position.id.clone())) })
    }

    fn position(&self, total: i64, id: &str) -> Position {
        let block = self.block.clone().unwrap_or(Position { sort: String::new(), id: String::new() });
        let sort = format!("{};{total};{};{}", self.now.timestamp_millis(), block.id, block.sort);
        Position { sort, id: id.to_owned() }
    }
}

/// Asks for less than all the words where hardly anything holds all of them: those that do still come first. Says
/// whether nothing does, as far as it had to look.
pub(super) fn relax(db: &mut AnyConnection, conditions: &mut Conditions) -> Result<Option<bool>> {
    let Some(search) = conditions.search.clone().filter(|search| search.groups.len() > 1) else { return Ok(None) };
    let mut is_missed = None;
    for groups in search.looser() {
        let found = enough(db, conditions)?;
        is_missed.get_or_insert(found == 0);
        if found >= ENOUGH {
            break;
        }
        conditions.search = Some(Search { groups, ..search.clone() });
    }
    Ok(is_missed)
}

/// How many points meet the conditions, where it is fewer than enough.
fn enough(db: &mut AnyConnection, conditions: &Conditions) -> Result<usize> {
    let words = conditions.search.as_ref().filter(|search| !search.groups.is_empty());
    if let Some(search) = words.filter(|_| !conditions.is_narrow() && conditions.around.is_none()) {
        // Forms of a word may stand in each field of a point.
        let walked = walked(db, conditions, search, None, ENOUGH * SearchField::VALUES.len())?;
        return Ok(walked.into_iter().map(|(_, number)| number).collect::<BTreeSet<i64>>().len());
    }
    let some = conditions.everything().select(service_points::number).limit(i64::try_from(ENOUGH).unwrap_or(i64::MAX));
    Ok(some.load::<i64>(db)?.len())
}

/// How well points answer that were not chosen by it, by their numbers; none when nothing was asked for in words.
pub(super) fn scores(
    db: &mut AnyConnection,
    conditions: &Conditions,
    known: &Known,
    numbers: &[i64],
    question: &super::Question,
) -> Result<HashMap<i64, Score>> {
    let Some(search) = conditions.search.as_ref().filter(|_| !numbers.is_empty()) else { return Ok(HashMap::new()) };
    let asker = Asker::new(conditions, known, question.moment.now, question.at);
    let candidates = candidates(db, known, numbers, conditions)?;
    Ok(candidates.iter().map(|one| (one.slim.number, search.score(one, &asker))).collect())
}

/// A page of what is found, the best first; one more than asked for.
pub(super) fn rows(
    db: &mut AnyConnection,
    conditions: &Conditions,
    search: &Search,
    known: &Known,
    window: &Window,
) -> Result<Vec<Chosen>> {
    let mut start = Start::read(window.after.as_ref(), conditions.moment)?;
    let asker = Asker::new(conditions, known, start.now, conditions.open_at.unwrap_or(start.now));
    let mut found = Vec::new();
    loop {
        let (points, next) = block(db, conditions, search, known, start.block.as_ref())?;
        let score = |point: Candidate| (search.score(&point, &asker), point);
        let mut ranked: Vec<(Score, Candidate)> = points.into_iter().map(score).collect();
        ranked.sort_by(|(one, first), (other, second)| (other.total, &first.id).cmp(&(one.total, &second.id)));
        for (score, Candidate { id, slim, .. }) in ranked {
            let total = score.total;
            let is_behind =
                start.behind.as_ref().is_none_or(|(behind, last)| (Reverse(total), &id) > (Reverse(*behind), last));
            if is_behind {
                let position = start.position(total, &id);
                found.push(Chosen { number: slim.number, position, score: Some(score), row: None });
            }
            if found.len() > window.limit {
                return Ok(found);
            }
        }
        let Some(next) = next else { return Ok(found) };
        start = Start { block: Some(next), behind: None, ..start };
    }
}

/// The points that are ranked together, and where those that come next begin.
fn block(
    db: &mut AnyConnection,
    conditions: &Conditions,
    search: &Search,
    known: &Known,
    start: Option<&Position>,
) -> Result<(Vec<Candidate>, Option<Position>)> {
    if conditions.is_narrow() {
        let points = with_texts().into_boxed().select(candidate!());
        let points: Vec<Candidate> = around!(conditions, meeting!(conditions, points)).load(db)?;
        known.hours.refresh(db, points.iter().map(|point| &point.slim))?;
        return Ok((points, None));
    }
    if let Some(around) = &conditions.around {
        let window = Window { limit: BLOCK, after: start.cloned(), count: false };
        let mut points = near::rows(db, conditions, around, known, &window)?;
        let more = points.len() > BLOCK;
        points.truncate(BLOCK);
        let next = points.last().filter(|_| more).map(|chosen| chosen.position.clone());
        let numbers: Vec<i64> = points.iter().map(|chosen| chosen.number).collect();
        return Ok((candidates(db, known, &numbers, conditions)?, next));
    }
    by_words(db, conditions, search, known, start)
}

type WithTexts = InnerJoinOn<
    service_points::table,
    service_point_texts::table,
    diesel::dsl::Eq<service_point_texts::number, service_points::number>,
>;

fn with_texts() -> WithTexts {
    service_points::table
        .inner_join(service_point_texts::table.on(service_point_texts::number.eq(service_points::number)))
}

/// What is read of some points that are there on the day.
fn candidates(
    db: &mut AnyConnection,
    known: &Known,
    numbers: &[i64],
    conditions: &Conditions,
) -> Result<Vec<Candidate>> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let points = service_point_texts::table
        .filter(among(service_point_texts::number, numbers.iter().copied()))
        .select(candidate!())
        .into_boxed();
    let points: Vec<Candidate> = there!(conditions, points, service_point_texts).load(db)?;
    known.hours.refresh(db, points.iter().map(|point| &point.slim))?;
    Ok(points)
}

/// Those that have the rarest word, by how telling the field is in which it stands. What one of several words led to
/// before, in a more telling field, has been shown.
fn by_words(
    db: &mut AnyConnection,
    conditions: &Conditions,
    search: &Search,
    known: &Known,
    start: Option<&Position>,
) -> Result<(Vec<Candidate>, Option<Position>)> {
    let Some(lead) = search.groups.first() else { return Ok((Vec::new(), None)) };
    let start: Option<(i16, i64)> = start
        .map(|start| Ok::<_, crate::Error>((column::parse(&start.sort)?, column::parse(&start.id)?)))
        .transpose()?;
    let mut walked = walked_along(db, conditions, search, start, BLOCK)?;
    let next = walked.last().filter(|_| walked.len() >= BLOCK);
    let next = next.map(|(field, point, _)| Position { sort: field.to_string(), id: point.slim.number.to_string() });
    let is_new = |field: i16, point: &Candidate| {
        let own = words::unpack_some(&point.words, &search.counting);
        let best = lead.words.iter().filter_map(|word| own.field(WordId(*word))).min();
        best.is_none_or(|best| field == best.rank())
    };
    let mut seen = BTreeSet::new();
    walked.retain(|(field, point, is_there)| seen.insert(point.slim.number) && *is_there && is_new(*field, point));
    let points: Vec<Candidate> = walked.into_iter().map(|(_, point, _)| point).collect();
    known.hours.refresh(db, points.iter().map(|point| &point.slim))?;
    Ok((points, next))
}
