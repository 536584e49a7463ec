//! What is found in words, the best first.
//!
//! All points that answer are ranked where some condition leaves few of them. Where none does, a walk goes through them
//! block by block: those in whose more telling fields the rarest word stands first, or, where `near` asks, the nearest
//! first. Within a block they are ranked by everything that counts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeZone as _, Utc};
use diesel::prelude::*;
use digituki_domain::clock::Moment;
use digituki_domain::freshness::Freshness;
use digituki_domain::search::{Circumstances, Need, Question, Score, SearchText, Wanted, WordId, Words};
use digituki_domain::text::Language;

use super::matching::{Conditions, meeting};
use super::{Hours, Row, Slim, near, words};
use crate::column;
use crate::connection::AnyConnection;
use crate::error::Result;
use crate::page::{Position, Window};
use crate::schema::{service_points, walked_words};

/// So many points are ranked together where there are more than can all be.
const BLOCK: usize = 400;

/// Where fewer points hold all the words, those that hold some of them come behind.
const ENOUGH: i64 = 20;

/// Of a word that more points have, it is not worked out which.
pub(super) const FEW: i64 = 1_000;

/// A question in words, as far as it can be worked out before the points are looked at.
#[derive(Clone)]
pub(super) struct Search {
    pub(super) question: Question,
    /// Terms of which a point has any, for each word: first those of few points.
    pub(super) groups: Vec<WordGroup>,
}

/// The terms of one word.
#[derive(Clone)]
pub(super) struct WordGroup {
    pub(super) words: Vec<i64>,
    /// How many points have them, at most one more than few.
    points: i64,
    is_place: bool,
}

impl WordGroup {
    /// Whether few points have any of the terms.
    pub(super) fn leads(&self) -> bool {
        self.points <= FEW
    }
}

impl Search {
    /// Reads a question by the words that points hold.
    pub(super) fn new(db: &mut AnyConnection, text: &SearchText) -> Result<Self> {
        let question = Question::read(text.as_str(), |terms| {
            Ok::<_, crate::Error>(words::count(db, &terms, 1)?.into_keys().collect::<BTreeSet<_>>())
        })?;
        let counts = words::count(db, &question.terms(), FEW + 1)?;
        let mut groups: Vec<WordGroup> = question
            .wanted
            .iter()
            .filter(|wanted| wanted.need != Need::Counts)
            .map(|wanted| WordGroup::of(wanted, &counts))
            .collect();
        groups.sort_by_key(|group| group.points);
        Ok(Self { question, groups })
    }

    /// What may be asked for where nothing holds all the words: any of the words in the place that was named, whatever
    /// there is in the place, any of the words anywhere.
    fn looser(&self) -> [Vec<WordGroup>; 3] {
        let (places, others): (Vec<WordGroup>, Vec<WordGroup>) =
            self.groups.iter().cloned().partition(|group| group.is_place);
        let mut both = places.clone();
        both.push(WordGroup::any(&others));
        both.sort_by_key(|group| group.points);
        [both, places, vec![WordGroup::any(&self.groups)]]
    }

    /// How well points answer, by their numbers.
    pub(super) fn score(&self, words: &Words, slim: &Slim, asker: &Asker<'_>) -> Score {
        let verified_at = slim.verified_at.map(|at| at.and_utc());
        let hours = slim.hours.and_then(|id| asker.hours.get(id));
        let language = self.question.language.map(Language::from);
        self.question.score(
            words,
            Circumstances {
                metres: asker.conditions.around.as_ref().and_then(|around| Some(around.from.distance(slim.planar()?))),
                comes_to_you: asker.conditions.around.is_some() && !slim.has_place,
                is_open: hours.is_some_and(|hours| hours.is_open_at(asker.open_at)),
                speaks: language.is_some_and(|language| words.speak(language)),
                freshness: Freshness::of(verified_at, asker.now),
            },
        )
    }
}

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
pub(super) struct Asker<'a> {
    pub(super) conditions: &'a Conditions,
    pub(super) hours: &'a Hours,
    pub(super) now: DateTime<Utc>,
    /// At which instant it is to be open.
    pub(super) open_at: DateTime<Utc>,
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
    let mut ways = search.looser().into_iter().filter(|groups| !groups.is_empty());
    loop {
        let few = conditions.everything().select(service_points::number).limit(ENOUGH);
        let found: Vec<i64> = few.load(db)?;
        is_missed.get_or_insert(found.is_empty());
        let is_enough = i64::try_from(found.len()).is_ok_and(|found| found >= ENOUGH);
        match ways.next().filter(|_| !is_enough) {
            Some(groups) => conditions.search = Some(Search { groups, ..search.clone() }),
            None => return Ok(is_missed),
        }
    }
}

/// How well the points of a page answer, by their numbers; none when nothing was asked for in words.
pub(super) fn scores(
    db: &mut AnyConnection,
    conditions: &Conditions,
    hours: &Hours,
    rows: &[(Position, Row)],
    question: &super::Question,
) -> Result<HashMap<i64, Score>> {
    let Some(search) = &conditions.search else { return Ok(HashMap::new()) };
    let numbers: Vec<i64> = rows.iter().map(|(_, row)| row.slim.number).collect();
    let words = words::load(db, &numbers)?;
    let asker = Asker { conditions, hours, now: question.moment.now, open_at: question.at };
    let score = |slim: &Slim| Some((slim.number, search.score(words.get(&slim.number)?, slim, &asker)));
    Ok(rows.iter().filter_map(|(_, row)| score(&row.slim)).collect())
}

/// A page of what is found, each with where the next page starts behind it; one more than asked for.
pub(super) fn rows(
    db: &mut AnyConnection,
    conditions: &Conditions,
    search: &Search,
    hours: &Hours,
    window: &Window,
) -> Result<Vec<(Position, Slim)>> {
    let mut start = Start::read(window.after.as_ref(), conditions.moment)?;
    let open_at = conditions.open_at.unwrap_or(start.now);
    let asker = Asker { conditions, hours, now: start.now, open_at };
    let mut found = Vec::new();
    loop {
        let (points, next) = block(db, conditions, search, start.block.as_ref())?;
        let numbers: Vec<i64> = points.iter().map(|slim| slim.number).collect();
        let words = words::load(db, &numbers)?;
        let mut ranked: Vec<(Reverse<i64>, Slim)> = points
            .into_iter()
            .filter_map(|slim| Some((Reverse(search.score(words.get(&slim.number)?, &slim, &asker).total), slim)))
            .collect();
        ranked.sort_by(|(one, first), (other, second)| one.cmp(other).then_with(|| first.id.cmp(&second.id)));
        for (Reverse(total), slim) in ranked {
            let is_behind =
                start.behind.as_ref().is_none_or(|(behind, id)| (Reverse(total), &slim.id) > (Reverse(*behind), id));
            if is_behind {
                found.push((start.position(total, &slim.id), slim));
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
    start: Option<&Position>,
) -> Result<(Vec<Slim>, Option<Position>)> {
    if conditions.is_narrow() {
        return Ok((conditions.everything().select(Slim::as_select()).load(db)?, None));
    }
    if let Some(around) = &conditions.around {
        let window = Window { limit: BLOCK, after: start.cloned(), count: false };
        let mut points = near::rows(db, conditions, around, &window)?;
        let more = points.len() > BLOCK;
        points.truncate(BLOCK);
        let next = points.last().filter(|_| more).map(|(position, _)| position.clone());
        return Ok((points.into_iter().map(|(_, slim)| slim).collect(), next));
    }
    by_words(db, conditions, search, start)
}

/// Those that have the rarest word, by how telling the field is in which it stands.
fn by_words(
    db: &mut AnyConnection,
    conditions: &Conditions,
    search: &Search,
    start: Option<&Position>,
) -> Result<(Vec<Slim>, Option<Position>)> {
    let [lead, others @ ..] = search.groups.as_slice() else { return Ok((Vec::new(), None)) };
    let others = Search { groups: others.to_vec(), question: Question::default() };
    let conditions = Conditions { search: Some(others), ..conditions.clone() };
    let start: Option<(i16, i64)> = start
        .map(|start| Ok::<_, crate::Error>((column::parse(&start.sort)?, column::parse(&start.id)?)))
        .transpose()?;
    let mut points: BTreeMap<(i16, i64), Slim> = BTreeMap::new();
    let mut is_cut = false;
    for word in &lead.words {
        let mut query = walked_words::table
            .inner_join(service_points::table.on(service_points::number.eq(walked_words::number)))
            .filter(walked_words::word.eq(*word))
            .order((walked_words::field, walked_words::number))
            .limit(i64::try_from(BLOCK).unwrap_or(i64::MAX))
            .select((walked_words::field, Slim::as_select()))
            .into_boxed();
        if let Some((field, number)) = start {
            let beyond = walked_words::field.gt(field).or(walked_words::number.gt(number));
            query = query.filter(walked_words::field.ge(field)).filter(beyond);
        }
        let found: Vec<(i16, Slim)> = meeting!(&conditions, query).load(db)?;
        is_cut |= found.len() == BLOCK;
        points.extend(found.into_iter().map(|(field, slim)| ((field, slim.number), slim)));
    }
    is_cut |= points.len() > BLOCK;
    let next = points.keys().nth(BLOCK - 1).or(points.keys().next_back()).filter(|_| is_cut);
    let next = next.map(|(field, number)| Position { sort: field.to_string(), id: number.to_string() });
    let numbers: Vec<i64> = points.keys().take(BLOCK).map(|(_, number)| *number).collect();
    let words = if lead.words.len() > 1 { words::load(db, &numbers)? } else { HashMap::new() };
    // What another of the words led to before, in a more telling field, has been shown.
    let is_new = |field: i16, number: i64| {
        let own = words.get(&number);
        let best = own.and_then(|own| lead.words.iter().filter_map(|word| own.field(WordId(*word))).min());
        best.is_none_or(|best| best.rank() == field)
    };
    let block = points.into_iter().take(BLOCK).filter(|((field, number), _)| is_new(*field, *number));
    Ok((block.map(|(_, slim)| slim).collect(), next))
}
