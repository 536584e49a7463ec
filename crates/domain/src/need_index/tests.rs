use proptest::prelude::*;

use super::*;
use crate::area::AreaKind;
use crate::text::Names;
use crate::vocabulary::Vocabulary as _;

fn named(code: &str) -> AreaRef {
    let names = Names { fi: Some(code.into()), sv: None, en: None };
    AreaRef { kind: AreaKind::Municipality, code: code.into(), names }
}

fn figures(rows: &[(&str, IndicatorCode, f64)]) -> Figures {
    let figure = |value: f64| Some(Figure { value, date: crate::date::first_day(), source: "Lähde".parse().ok()? });
    rows.iter().filter_map(|(code, indicator, value)| Some((((*code).into(), *indicator), figure(*value)?))).collect()
}

fn weights(texts: &[&str]) -> Weights {
    let none = IndicatorCode::codes().into_iter().filter(|code| !texts.iter().any(|text| text.starts_with(code)));
    let all = none.map(|code| format!("{code}:0")).chain(texts.iter().map(ToString::to_string));
    let asked: Vec<AskedWeight> = all.filter_map(|text| text.parse().ok()).collect();
    Weights::asked(&asked).unwrap_or_default()
}

#[test]
fn a_figure_is_scaled_to_its_percentile_rank() {
    let scaled = |values: &[f64], value| Ranks::of(values.iter().copied()).scaled(value);
    assert_eq!(scaled(&[], 1.0), None);
    assert_eq!(scaled(&[7.0], 7.0), Some(50.0), "alone it is neither high nor low");
    assert_eq!(scaled(&[1.0, 2.0, 3.0, 4.0], 1.0), Some(12.5));
    assert_eq!(scaled(&[4.0, 3.0, 2.0, 1.0], 4.0), Some(87.5));
    assert_eq!(scaled(&[1.0, 2.0, 2.0, 3.0], 2.0), Some(50.0), "those who are the same share their ranks");
}

#[test]
fn the_index_is_the_mean_over_what_is_known_by_weight() {
    use IndicatorCode::{NeverUsesInternet, OftenNeedsSupport};
    let known = figures(&[
        ("005", OftenNeedsSupport, 10.0),
        ("009", OftenNeedsSupport, 20.0),
        ("005", NeverUsesInternet, 8.0),
        ("009", NeverUsesInternet, 2.0),
        ("010", NeverUsesInternet, 5.0),
        // Not among the municipalities of the day.
        ("999", NeverUsesInternet, 99.0),
    ]);
    let municipalities = ["005", "009", "010", "016"].map(named).into();
    let needs = compare(municipalities, &known, &weights(&["often_needs_support:3", "never_uses_internet:1"]));
    let short: Vec<_> = needs.iter().map(|need| (need.index, need.share_known)).collect();
    let by_hand = |support: f64, internet: f64| Some((support * 3.0 + internet) / 4.0);
    assert_eq!(
        short,
        [
            (by_hand(25.0, 500.0 / 6.0), Some(1.0)),
            (by_hand(75.0, 100.0 / 6.0), Some(1.0)),
            (Some(50.0), Some(0.25)),
            (None, Some(0.0))
        ]
    );
    let unknown = &needs[2].components[1];
    assert_eq!((unknown.indicator, unknown.value, unknown.scaled, unknown.weight), (OftenNeedsSupport, None, None, 3));
}

#[test]
fn without_any_weight_there_is_no_index_and_no_component() {
    let known = figures(&[("005", IndicatorCode::OftenNeedsSupport, 10.0)]);
    let needs = compare(vec![named("005")], &known, &weights(&[]));
    assert_eq!((needs[0].index, needs[0].share_known, needs[0].components.len()), (None, None, 0));
}

proptest! {
    #[test]
    fn whoever_has_more_has_no_lower_rank_and_all_ranks_mean_fifty(
        values in proptest::collection::vec(0_u32..50, 1..60)
    ) {
        let ranks = Ranks::of(values.iter().copied().map(f64::from));
        let scaled: Vec<f64> = values.iter().filter_map(|value| ranks.scaled(f64::from(*value))).collect();
        prop_assert_eq!(scaled.len(), values.len());
        let count = |is: &dyn Fn(&u32) -> bool| {
            values.iter().copied().filter(is).fold(0.0, |count, _| count + 1.0)
        };
        let all = count(&|_| true);
        for (one, rank) in values.iter().zip(&scaled) {
            let plain = 100.0 * (count(&|other| other < one) + count(&|other| other == one) / 2.0) / all;
            prop_assert!((rank - plain).abs() < 1e-9 && (0.0..=100.0).contains(rank));
        }
        let mean = scaled.iter().sum::<f64>() / all;
        prop_assert!((mean - 50.0).abs() < 1e-9, "{}", mean);
    }
}
