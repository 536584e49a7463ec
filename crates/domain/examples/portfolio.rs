//! Measures how long the best of all sets of 25 applications take to find: `make bench-portfolio`.

use std::collections::BTreeSet;
use std::error::Error;
use std::time::{Duration, Instant};

use digituki_domain::application::{ApplicationId, FunctionalPart};
use digituki_domain::area::{AreaKind, AreaRef};
use digituki_domain::coverage::Inhabitants;
use digituki_domain::money::{Currency, Money};
use digituki_domain::municipality::{LanguageStatus, UrbanRural};
use digituki_domain::organisation::{OrganisationId, OrganisationRef, OrganisationType};
use digituki_domain::portfolio::{BestQuestion, Candidate, Country, Days, MOST_CANDIDATES, Place, Simulation};
use digituki_domain::support::TargetGroup;
use digituki_domain::text::Names;
use digituki_domain::validity::Validity;
use digituki_domain::vocabulary::Vocabulary;
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng as _;

/// What an answer may take.
const LIMIT: Duration = Duration::from_secs(1);
const MUNICIPALITIES: usize = 309;

fn main() -> Result<(), Box<dyn Error>> {
    let mut slowest = Duration::ZERO;
    for (name, one_in, budget) in [
        ("few municipalities each, no budget", 20, None),
        ("few municipalities each, half the money", 20, Some(50)),
        ("half of all municipalities each, half the money", 2, Some(50)),
        ("half of all municipalities each, a fifth of the money", 2, Some(20)),
        ("all equal, half the money", 1, Some(50)),
    ] {
        let simulation = simulation(one_in, budget)?;
        let start = Instant::now();
        let best = simulation.run().best;
        let taken = start.elapsed();
        println!("{:>5} ms  {name}: the best of {} has {}", taken.as_millis(), best.len(), best[0].applications.len());
        slowest = slowest.max(taken);
    }
    if slowest < LIMIT { Ok(()) } else { Err(format!("{slowest:?} is longer than {LIMIT:?}").into()) }
}

/// As many applications as are compared, each with one in so many of the municipalities.
fn simulation(one_in: u64, budget_percent: Option<i64>) -> Result<Simulation, Box<dyn Error>> {
    let mut random = Pcg64Mcg::new(25);
    let mut below = move |end: u64| random.next_u64() % end;
    let names = |text: &str| Names { fi: Some(text.to_owned()), sv: None, en: None };
    let area = |kind, code: String| AreaRef { kind, names: names(&code), code };
    let codes: Vec<String> = (1..=MUNICIPALITIES).map(|number| format!("{number:03}")).collect();
    let day = "2017-12-31".parse()?;
    let mut inhabitants = Vec::new();
    let mut places = Vec::new();
    for (number, code) in codes.iter().enumerate() {
        inhabitants.push(Inhabitants {
            municipality: area(AreaKind::Municipality, code.clone()),
            validity: Validity::default(),
            successor: None,
            population: Some(i64::try_from(500 + below(40_000))?),
        });
        let language_status = LanguageStatus::VALUES[number % LanguageStatus::VALUES.len()];
        let urban_rural = UrbanRural::VALUES[number % UrbanRural::VALUES.len()];
        let region = Some(area(AreaKind::Region, format!("{:02}", number % 19 + 1)));
        places.push((code.clone(), Place { language_status, urban_rural, region }));
    }
    let mut candidates = Vec::new();
    for number in 0..MOST_CANDIDATES {
        let key = format!("application {number}");
        let cents = if one_in == 1 { 1_000_000 } else { i64::try_from(500_000 + below(1_000_000))? };
        let mut some = |of: u64| below(of) == 0;
        let municipalities: BTreeSet<String> = codes.iter().filter(|_| some(one_in)).cloned().collect();
        candidates.push(Candidate {
            id: ApplicationId::of_key(&key),
            applicant: OrganisationRef {
                id: OrganisationId::of_key(&key),
                organisation_type: OrganisationType::RegionalCouncil,
                names: names(&key),
            },
            names: names(&key),
            requested: Some(Money { cents, currency: Currency::Eur, approximate: false }),
            score: None,
            customer_groups: TargetGroup::VALUES[1..].iter().copied().filter(|_| some(3 * one_in - 2)).collect(),
            functional_parts: FunctionalPart::VALUES.iter().copied().filter(|_| some(3 * one_in - 2)).collect(),
            municipalities,
        });
    }
    let all: i64 = candidates.iter().filter_map(|candidate| candidate.requested).map(|money| money.cents).sum();
    let budget =
        budget_percent.map(|percent| Money { cents: all / 100 * percent, currency: Currency::Eur, approximate: false });
    Ok(Simulation {
        call: "a-call".parse().map_err(|invalid| format!("{invalid:?}"))?,
        budgeted: budget,
        candidates,
        country: Country {
            days: Days { population_date: day, as_of: day },
            areas: Vec::new(),
            inhabitants,
            places: places.into_iter().collect(),
        },
        best: Some(BestQuestion { limit: Some(10), min_regions: Some(3), ..BestQuestion::default() }),
    })
}
