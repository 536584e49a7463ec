use super::*;
use crate::area::AreaKind;
use crate::municipality::LanguageStatus as Language;
use crate::organisation::{OrganisationId, OrganisationType};
use crate::portfolio::PortfolioWeights;
use crate::validity::Validity;
use crate::version::Version;

fn named(kind: AreaKind, code: &str) -> AreaRef {
    AreaRef { kind, code: code.into(), names: Names { fi: Some(code.into()), sv: None, en: None } }
}

#[expect(clippy::unnecessary_wraps, reason = "amounts may be unknown where this one stands")]
fn euros(euros: i64) -> Option<Money> {
    Some(Money { cents: euros * 100, currency: Currency::Eur, approximate: false })
}

/// Four municipalities in two regions; the fourth, which ended later, is counted in the third.
fn country() -> Country {
    let table = [
        ("091", Some(600), Language::BilingualFinnishMajority, UrbanRural::Urban, "01"),
        ("444", Some(100), Language::Finnish, UrbanRural::SemiUrban, "01"),
        ("541", Some(200), Language::Finnish, UrbanRural::SemiUrban, "12"),
        ("911", None, Language::Finnish, UrbanRural::Rural, "12"),
        ("478", Some(100), Language::Swedish, UrbanRural::Rural, "21"),
    ];
    let day = crate::date::parse_day("2017-12-31").unwrap_or_default();
    let joined = |code: &str| (code == "911").then(|| "541".to_owned());
    Country {
        days: Days { population_date: day, as_of: day },
        areas: Vec::new(),
        inhabitants: table
            .iter()
            .map(|(code, population, ..)| Inhabitants {
                municipality: named(AreaKind::Municipality, code),
                validity: Validity::default(),
                successor: joined(code),
                population: *population,
            })
            .collect(),
        places: table
            .iter()
            .map(|(code, _, language_status, urban_rural, region)| {
                let region = Some(named(AreaKind::Region, region));
                ((*code).to_owned(), Place { language_status: *language_status, urban_rural: *urban_rural, region })
            })
            .collect(),
    }
}

fn candidate(key: &str, municipalities: &[&str], requested: Option<Money>) -> Candidate {
    Candidate {
        id: ApplicationId::of_key(key),
        applicant: OrganisationRef {
            id: OrganisationId::of_key(key),
            organisation_type: OrganisationType::RegionalCouncil,
            names: Names { fi: Some(key.into()), sv: None, en: None },
        },
        names: Names { fi: Some(key.into()), sv: None, en: None },
        requested,
        score: None,
        customer_groups: Vec::new(),
        functional_parts: Vec::new(),
        municipalities: municipalities.iter().map(|code| (*code).to_owned()).collect(),
    }
}

fn simulate(candidates: Vec<Candidate>, best: Option<BestQuestion>) -> PortfolioSimulation {
    let call = "a-call".parse().unwrap_or_else(|_| Key::placeholder());
    Simulation { call, budgeted: euros(10), candidates, country: country(), best }.run()
}

#[test]
fn everyone_is_every_customer_group() {
    let all = Candidate { customer_groups: vec![TargetGroup::Everyone], ..candidate("all", &["091"], None) };
    let some = Candidate { customer_groups: vec![TargetGroup::Families], ..candidate("some", &["091"], None) };
    let (of_some, of_both) = (simulate(vec![some.clone()], None), simulate(vec![some.clone(), all.clone()], None));
    let covered = |simulation: &PortfolioSimulation, group| {
        let groups = &simulation.set.customer_groups.covered;
        groups.iter().find(|covered| covered.customer_group == group).map_or(0, |covered| covered.applications.len())
    };
    assert_eq!((covered(&of_some, TargetGroup::Families), of_some.set.customer_groups.open.len()), (1, 11));
    assert_eq!((covered(&of_both, TargetGroup::Families), covered(&of_both, TargetGroup::Immigrants)), (2, 1));
    assert_eq!(of_both.set.customer_groups.open, []);
    assert_eq!(covered(&of_both, TargetGroup::Everyone), 0);
}

#[test]
fn money_that_nobody_knows_is_no_zero() {
    let sum = |amounts: &[Option<Money>]| {
        let candidates = amounts.iter().enumerate();
        let candidates = candidates.map(|(place, amount)| candidate(&place.to_string(), &["091"], *amount));
        simulate(candidates.collect(), None)
    };
    let within = sum(&[euros(3), euros(4)]).set.money;
    assert_eq!(within, PortfolioMoney { requested: euros(7), budget: euros(10), left: euros(3), lacking: None });
    let beyond = sum(&[euros(8), euros(4)]).set.money;
    assert_eq!(beyond, PortfolioMoney { requested: euros(12), budget: euros(10), left: None, lacking: euros(2) });
    let exact = sum(&[euros(10)]).set.money;
    assert_eq!((exact.left, exact.lacking), (euros(0), None));
    let unknown = sum(&[euros(3), None]);
    assert_eq!(unknown.set.money, PortfolioMoney { requested: None, budget: euros(10), left: None, lacking: None });
    assert_eq!(unknown.without_amount, [ApplicationId::of_key("1")]);
    let huge = Some(Money { cents: Version::MAX, currency: Currency::Eur, approximate: false });
    assert_eq!(sum(&[huge, huge]).set.money.requested, None);
}

#[test]
fn who_is_counted_elsewhere_counts_there_and_nobody_twice() {
    let both = simulate(vec![candidate("a", &["541", "911"], None), candidate("b", &["541", "444"], None)], None).set;
    let types: Vec<_> =
        both.municipality_types.iter().map(|each| (each.urban_rural, each.municipalities, each.population)).collect();
    let expected =
        [(UrbanRural::Urban, 0, Some(0)), (UrbanRural::SemiUrban, 2, Some(300)), (UrbanRural::Rural, 1, Some(0))];
    assert_eq!(types, expected);
    assert_eq!(both.regions.iter().map(|region| region.code.as_str()).collect::<Vec<_>>(), ["01", "12"]);
    let mut both_ids = vec![ApplicationId::of_key("a"), ApplicationId::of_key("b")];
    both_ids.sort();
    let overlap = both.overlaps.iter().map(|each| (each.municipality.code.as_str(), each.population));
    assert_eq!(overlap.collect::<Vec<_>>(), [("541", Some(200))]);
    assert_eq!(both.overlaps[0].applications, both_ids);
    let lone = simulate(vec![candidate("a", &["911"], None)], None).set;
    assert_eq!(lone.applications[0].population, None);
    assert_eq!(lone.municipality_types[2].population, None, "its inhabitants are in no figure of the set");
}

#[test]
fn a_set_is_worth_the_weighted_mean_of_its_shares() {
    let first = Candidate {
        score: Some(4.0),
        customer_groups: vec![TargetGroup::Families, TargetGroup::Immigrants, TargetGroup::Jobseekers],
        functional_parts: vec![FunctionalPart::Network, FunctionalPart::Training],
        ..candidate("a", &["091", "444"], euros(6))
    };
    let second = Candidate { score: Some(1.0), ..candidate("b", &["541"], euros(6)) };
    let weights = PortfolioWeights {
        population: Some(50),
        score: Some(20),
        customer_groups: Some(10),
        functional_parts: Some(10),
        language_groups: Some(10),
    };
    let question = BestQuestion { weights: Some(weights), ..BestQuestion::default() };
    let best = simulate(vec![second, first], Some(question)).best;
    assert_eq!(best[0].applications, [ApplicationId::of_key("a")], "both cost more than there is");
    let expected = 0.5 * (700.0 / 1_000.0) + 0.2 * (4.0 / 5.0) + 0.1 * (3.0 / 12.0) + 0.1 * (2.0 / 8.0) + 0.1 * 0.5;
    assert!((best[0].value - expected).abs() < 1e-12, "{} instead of {expected}", best[0].value);
    assert_eq!((best[0].population, best[0].share), (Some(700), Some(0.7)));
    assert_eq!(best[0].language_groups, [Language::Finnish, Language::BilingualFinnishMajority]);
    assert_eq!((best[0].score, best[0].requested), (Some(4.0), euros(6)));
    assert_eq!(best.len(), 2);
}

#[test]
fn the_best_sets_keep_what_was_asked_of_them() {
    let all = || {
        vec![
            candidate("a", &["091"], euros(5)),
            candidate("b", &["444"], euros(1)),
            candidate("c", &["541"], euros(1)),
            candidate("d", &["478"], None),
        ]
    };
    let ids = |keys: &[&str]| {
        let mut ids: Vec<_> = keys.iter().map(|key| ApplicationId::of_key(key)).collect();
        ids.sort();
        ids
    };
    let first = |best: BestQuestion| {
        let people = PortfolioWeights { population: Some(1), ..PortfolioWeights::default() };
        let best = BestQuestion { weights: Some(people), limit: Some(1), ..best };
        simulate(all(), Some(best)).best.pop().map(|set| set.applications)
    };
    let ask = BestQuestion::default;
    let table = [
        (ask(), Some(ids(&["a", "b", "c"]))),
        (BestQuestion { budget: euros(6), ..ask() }, Some(ids(&["a", "c"]))),
        (BestQuestion { budget: euros(4), ..ask() }, Some(ids(&["b", "c"]))),
        (BestQuestion { max_count: Some(1), ..ask() }, Some(ids(&["a"]))),
        (BestQuestion { must_include: ids(&["b"]), max_count: Some(2), ..ask() }, Some(ids(&["a", "b"]))),
        (BestQuestion { exclude: ids(&["a"]), ..ask() }, Some(ids(&["b", "c"]))),
        (BestQuestion { min_regions: Some(2), max_count: Some(2), ..ask() }, Some(ids(&["a", "c"]))),
        (BestQuestion { min_regions: Some(3), ..ask() }, None),
        (BestQuestion { must_include: ids(&["d"]), ..ask() }, None),
        (BestQuestion { budget: euros(0), ..ask() }, None),
    ];
    for (question, expected) in table {
        assert_eq!(first(question.clone()), expected, "{question:?}");
    }
}
