//! The figures of a grant, against a plain recomputation.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::invalid::Place;
use crate::money::Currency;
use crate::organisation::OrganisationId;

/// The days of the sequences, and the one that is today in all of them.
const DAYS: i64 = 30;

fn day(number: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default() + chrono::TimeDelta::days(number)
}

fn euros(cents: i64) -> Money {
    Money { cents, currency: Currency::Eur, approximate: false }
}

fn grant() -> GrantRecord {
    let key = |text: &str| text.parse().unwrap_or_else(|_| Key::placeholder());
    GrantRecord::new(GrantFacts {
        programme: key("regional-coordination-2020"),
        call: key("regional-coordination-2020"),
        beneficiary: OrganisationId::of_key("regional-council-01"),
        partners: Vec::new(),
        areas: Vec::new(),
        application: None,
        usable_from: Some(day(2)),
        usable_to: Some(day(20)),
        budgeted: Some(euros(1_000)),
    })
}

fn entry(entry_type: EntryType, on: Option<i64>, cents: Option<i64>) -> GrantEntryFacts {
    GrantEntryFacts { entry_type, day: on.map(day), amount: cents.map(euros), remarks: None, replaces: None }
}

/// What the entries come to on a day: read one by one, in the order in which they came.
fn recomputed(entries: &[GrantEntry], usable_from: NaiveDate, on: NaiveDate) -> GrantFigures {
    let mut totals: BTreeMap<EntryType, (i64, bool, bool, usize)> = BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        let superseded = entries[place + 1..].iter().any(|later| later.replaces == Some(entry.number));
        if superseded || entry.day.unwrap_or(usable_from) > on {
            continue;
        }
        let (cents, known, approximate, count) = totals.entry(entry.entry_type).or_insert((0, true, false, 0));
        *count += 1;
        match entry.amount {
            Some(amount) => {
                *cents += amount.cents;
                *approximate |= amount.approximate;
            }
            None => *known = false,
        }
    }
    let of = |entry_type| totals.get(&entry_type).copied().unwrap_or((0, true, false, 0));
    let is_awarded = of(EntryType::Award).3 > 0;
    let figure = |cents: i64, known: bool, approximate: bool| {
        (known && is_awarded).then_some(Money { cents, currency: Currency::Eur, approximate })
    };
    let (award, increase, decrease) = (of(EntryType::Award), of(EntryType::Increase), of(EntryType::Decrease));
    let (paid, recovered) = (of(EntryType::Payment), of(EntryType::Recovery));
    let awarded =
        (award.0 + increase.0 - decrease.0, award.1 && increase.1 && decrease.1, award.2 || increase.2 || decrease.2);
    let recovery_known = recovered.1 && (paid.1 || recovered.3 > 0);
    GrantFigures {
        budgeted: Some(euros(1_000)),
        awarded: figure(awarded.0, awarded.1, awarded.2),
        paid: figure(paid.0, paid.1, paid.2),
        recovered: figure(recovered.0, recovery_known, recovered.2),
        unused: figure(
            awarded.0 - paid.0 + recovered.0,
            awarded.1 && paid.1 && recovery_known,
            awarded.2 || paid.2 || recovered.2,
        ),
    }
}

/// Anything that somebody could want to enter.
fn an_entry() -> impl Strategy<Value = GrantEntryFacts> {
    use EntryType::{Award, Decrease, Increase, Payment, Recovery};
    let entry_type = prop_oneof![
        2 => Just(Award), 2 => Just(Increase), 2 => Just(Decrease), 5 => Just(Payment), 3 => Just(Recovery)
    ];
    let cents = prop_oneof![1 => Just(None), 12 => (0_i64..400).prop_map(Some)];
    let on = prop_oneof![1 => Just(None), 12 => (0..DAYS + 2).prop_map(Some)];
    let replaces = prop_oneof![6 => Just(None), 1 => (1_i32..8).prop_map(Some)];
    (entry_type, on, cents, prop::bool::weighted(0.1), replaces).prop_map(
        |(entry_type, on, cents, approximate, replaces)| GrantEntryFacts {
            amount: cents.map(|cents| Money { approximate, ..euros(cents) }),
            replaces,
            ..entry(entry_type, on, cents)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn the_figures_add_up_on_every_day_after_any_sequence_of_entries(
        award in (0_i64..5, 0_i64..1_000),
        sequence in prop::collection::vec(an_entry(), 0..14),
    ) {
        let mut grant = grant();
        let usable_from = day(2);
        let today = day(DAYS);
        let award = entry(EntryType::Award, Some(award.0), Some(award.1));
        for facts in std::iter::once(award).chain(sequence) {
            let before = grant.clone();
            let (from, replaces) = (facts.day.unwrap_or(usable_from), facts.replaces.is_some());
            if grant.enter(facts, None, today).is_err() {
                prop_assert_eq!(&grant, &before, "what is refused leaves no trace");
                continue;
            }
            prop_assert_eq!(&grant.entries[..before.entries.len()], &before.entries[..], "nothing is overwritten");
            for number in 0..=DAYS {
                let on = day(number);
                let figures = grant.figures(on);
                prop_assert_eq!(figures, recomputed(&grant.entries, usable_from, on), "on {}", on);
                if on < from && !replaces {
                    prop_assert_eq!(figures, before.figures(on), "the past comes out as it was, on {}", on);
                }
                let cents = |figure: Option<Money>| figure.map(|money| money.cents);
                if let (Some(paid), Some(recovered)) = (cents(figures.paid), cents(figures.recovered)) {
                    prop_assert!(recovered <= paid, "on {}: {:?}", on, figures);
                }
                for figure in [figures.awarded, figures.paid, figures.recovered, figures.unused] {
                    prop_assert!(figure.is_none_or(|money| money.cents >= 0), "on {}: {:?}", on, figures);
                }
            }
        }
    }
}

/// A grant of 500.00 of the third day, of which 200.00 were paid on the fifth.
fn paid() -> GrantRecord {
    let mut grant = grant();
    let today = day(DAYS);
    for facts in [entry(EntryType::Award, Some(2), Some(500)), entry(EntryType::Payment, Some(4), Some(200))] {
        assert_eq!(grant.enter(facts, None, today), Ok(()));
    }
    grant
}

#[test]
fn an_entry_that_does_not_fit_is_refused_at_its_place_with_what_would() {
    let replacing = |number, facts| GrantEntryFacts { replaces: Some(number), ..facts };
    let range = |value: &str, min: &str, max: &str| {
        let [value, min, max] = [value, min, max].map(str::to_owned);
        Invalid::OutOfRange { value, min, max }
    };
    let most = crate::version::Version::MAX.to_string();
    let table = [
        (entry(EntryType::Award, Some(6), Some(1)), "/entry_type", Invalid::Taken { value: "award".into() }),
        (entry(EntryType::Payment, Some(6), Some(301)), "/amount/cents", range("301", "0", "300")),
        (entry(EntryType::Decrease, Some(6), Some(301)), "/amount/cents", range("301", "0", "300")),
        (entry(EntryType::Recovery, Some(6), Some(201)), "/amount/cents", range("201", "0", "200")),
        // Before anything was paid.
        (entry(EntryType::Recovery, Some(3), Some(1)), "/amount/cents", range("1", "0", "0")),
        (entry(EntryType::Payment, Some(1), Some(1)), "/day", range("2026-01-02", "2026-01-03", "2026-01-31")),
        (entry(EntryType::Payment, Some(31), Some(1)), "/day", range("2026-02-01", "1900-01-01", "2026-01-31")),
        (replacing(9, entry(EntryType::Payment, Some(4), Some(1))), "/replaces", Invalid::NoSuch { value: "9".into() }),
        (replacing(1, entry(EntryType::Payment, Some(4), Some(1))), "/replaces", Invalid::Contradictory),
        (replacing(1, entry(EntryType::Award, Some(2), Some(199))), "/amount/cents", range("199", "200", &most)),
        // The payment would come before it.
        (replacing(1, entry(EntryType::Award, Some(5), Some(500))), "/day", Invalid::Contradictory),
    ];
    for (facts, place, invalid) in table {
        let refused = paid().enter(facts.clone(), None, day(DAYS));
        let Err(Unfit::Wrong(fault) | Unfit::Conflicting(fault)) = refused else { unreachable!("{facts:?} was taken") };
        assert_eq!(fault, Violation { place: Place::Pointer(place.into()), invalid }, "{facts:?}");
    }
    let unawarded = grant().enter(entry(EntryType::Payment, Some(4), Some(1)), None, day(DAYS));
    let needs = Violation::pointer("/entry_type", Invalid::Needs { other: "award".into() });
    assert_eq!(unawarded, Err(Unfit::Conflicting(needs)));
}

#[test]
fn an_entry_that_was_wrong_is_replaced_and_stays_to_be_seen() {
    let mut grant = paid();
    let right = GrantEntryFacts { replaces: Some(2), ..entry(EntryType::Payment, Some(5), Some(150)) };
    assert_eq!(grant.enter(right.clone(), None, day(DAYS)), Ok(()));
    let paid = |on| grant.figures(day(on)).paid.map(|money| money.cents);
    assert_eq!((paid(4), paid(5)), (Some(0), Some(150)));
    let shown = grant.ledger().shown(day(DAYS));
    assert_eq!(shown.iter().map(|entry| entry.replaced_by).collect::<Vec<_>>(), [None, Some(3), None]);
    assert!(grant.clone().enter(right, None, day(DAYS)).is_err(), "only once");
}

#[test]
fn what_is_not_known_is_null_and_what_is_about_is_approximate() {
    let mut grant = grant();
    let today = day(DAYS);
    assert_eq!(grant.figures(today).paid, None, "nothing is awarded");
    let about = Money { approximate: true, ..euros(500) };
    let award = GrantEntryFacts { amount: Some(about), ..entry(EntryType::Award, None, None) };
    assert_eq!(grant.enter(award, None, today), Ok(()));
    assert_eq!((grant.figures(day(1)).awarded, grant.figures(day(2)).awarded), (None, Some(about)));
    assert_eq!(grant.figures(today).paid, Some(euros(0)));
    assert_eq!(grant.enter(entry(EntryType::Payment, Some(6), None), None, today), Ok(()));
    let GrantFigures { awarded, paid, recovered, unused, .. } = grant.figures(today);
    assert_eq!((awarded, paid, recovered, unused), (Some(about), None, None, None));
}

#[test]
fn the_figures_of_the_largest_sums_stay_exact() {
    let mut grant = grant();
    let (today, most) = (day(DAYS), crate::version::Version::MAX);
    assert_eq!(grant.enter(entry(EntryType::Award, Some(2), Some(most)), None, today), Ok(()));
    assert!(grant.enter(entry(EntryType::Increase, Some(2), Some(1)), None, today).is_err());
    assert_eq!(grant.enter(entry(EntryType::Payment, Some(3), Some(most)), None, today), Ok(()));
    assert_eq!(grant.figures(today).unused, Some(euros(0)));
}

#[test]
fn a_grant_stands_on_each_day_as_its_steps_say() {
    let mut grant = paid();
    let take = |grant: &mut GrantRecord, event, on| {
        let step = GrantTransition { event, day: Some(day(on)), remarks: None };
        grant.take(step, Role::NationalDeveloper, day(DAYS))
    };
    assert_eq!(take(&mut grant, GrantEvent::Suspend, 8), Ok(()));
    assert_eq!(take(&mut grant, GrantEvent::Resume, 10), Ok(()));
    let fault = |on: &str| {
        let invalid = Invalid::OutOfRange { value: on.into(), min: "2026-01-11".into(), max: "2026-01-31".into() };
        Err(StepRefusal::Wrong(Violation::pointer("/day", invalid)))
    };
    assert_eq!(take(&mut grant, GrantEvent::Complete, 9), fault("2026-01-10"));
    assert_eq!(take(&mut grant, GrantEvent::Complete, 31), fault("2026-02-01"));
    assert_eq!(take(&mut grant, GrantEvent::Complete, 12), Ok(()));
    assert_eq!(take(&mut grant, GrantEvent::Recover, 12), Ok(()));
    let table = [(1, "active"), (7, "active"), (8, "suspended"), (10, "active"), (11, "active"), (12, "recovered")];
    for (on, status) in table {
        assert_eq!(grant.status(day(on)).to_string(), status, "{on}");
    }
    let spells = grant.spells();
    assert_eq!((spells[0].first_day, spells[spells.len() - 1].last_day), (date::first_day(), date::last_day()));
    assert!(spells.windows(2).all(|pair| pair[0].last_day.succ_opt() == Some(pair[1].first_day)), "{spells:?}");
    let payment = |on| entry(EntryType::Payment, Some(on), Some(1));
    assert_eq!(grant.clone().enter(payment(7), None, day(DAYS)), Ok(()));
    assert!(grant.clone().enter(payment(8), None, day(DAYS)).is_err(), "its payment was suspended");
}

#[test]
fn an_extension_overwrites_no_decision() {
    let mut grant = paid();
    let extension =
        |on, to| GrantExtension { day: day(on), usable_to: day(to), change_request: ChangeRequestId::of_key("one") };
    assert!(grant.extend(extension(10, 20)).is_err(), "it is no later");
    assert_eq!(grant.extend(extension(10, 25)), Ok(()));
    assert_eq!((grant.usable_to(day(9)), grant.usable_to(day(10))), (Some(day(20)), Some(day(25))));
    let back = GrantFacts { usable_to: Some(day(25)), ..grant.facts.clone() };
    assert_eq!(grant.with(back), Ok(grant.clone()), "what was read is written back");
    let other = GrantFacts { usable_to: Some(day(26)), ..grant.facts.clone() };
    assert!(grant.with(other).is_err());
}

#[test]
fn a_grant_of_before_there_were_ledgers_is_read_as_it_was() {
    let stored = r#"{"programme": "regional-coordination-2020", "call": "regional-coordination-2020",
        "beneficiary": "4582b758-91d1-5679-8724-bd86af89285f", "areas": ["region:01"], "amount": null,
        "grant_status": "completed", "usable_from": "2020-10-01", "usable_to": "2021-10-31"}"#;
    let record: GrantRecord = serde_json::from_str(stored).unwrap_or_else(|error| unreachable!("{error}"));
    let on = |text: &str| date::parse_day(text).unwrap_or_default();
    assert_eq!(record.status(on("2021-10-31")), GrantStatus::Active);
    assert_eq!(record.status(on("2021-11-01")), GrantStatus::Completed);
    assert_eq!(record.figures(on("2026-01-01")).awarded, None);
    assert_eq!(record.steps_by(on("2021-10-31")), []);
    let kept = serde_json::to_string(&record).unwrap_or_default();
    assert_eq!(serde_json::from_str::<GrantRecord>(&kept).ok(), Some(record));
}
