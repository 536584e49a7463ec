//! Choosing a set of applications: what it would come to, and which sets are best.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::session::{Session, id, with};
use crate::support::{Answer, Database, Registry, statements};

const CALL: &str = "kokeiluhaku-2026";
const APPLICATIONS: &str = "/v1/applications";

/// The regions of the five pilots.
const FIVE: [&str; 5] = ["19", "01", "15", "12", "17"];

fn path(call: &str) -> String {
    format!("/v1/calls/{call}/portfolio-simulations")
}

fn euros(euros: i64) -> Value {
    json!({"cents": euros * 100, "currency": "EUR", "approximate": false})
}

/// A call that takes applications.
fn open_call(developer: &Session, key: &str, budgeted: &Value) {
    let organiser = developer.json("/v1/calls/regional-coordination-2020")["organiser"]["id"].take();
    developer.create(
        "/v1/calls",
        &json!({
            "key": key, "programme": "regional-coordination-2020",
            "names": {"fi": "Kokeiluhaku", "sv": null, "en": null}, "organiser": organiser,
            "published": true, "cancelled": false, "outcomes": ["grant"], "opens_at": "2026-11-01T06:00:00Z",
            "budgeted": budgeted
        }),
    );
}

/// A council that applies for its region.
struct Applicant<'a> {
    session: Session<'a>,
    draft: Value,
}

impl<'a> Applicant<'a> {
    fn of(registry: &'a Registry, region: &str) -> Self {
        let found =
            registry.items(&format!("/v1/organisations?area=region:{region}&organisation_type=regional_council"));
        let council = id(&found[0]).to_owned();
        let draft = json!({
            "call": CALL, "applicant": council, "names": {"fi": format!("Hakemus {region}"), "sv": null, "en": null},
            "areas": [format!("region:{region}")], "requested": euros(100_000), "open_for_comments": true
        });
        Self { session: registry.sign_in("applicant", &[], Some(&council)), draft }
    }

    fn draft(&self, changes: &Value) -> String {
        id(&self.session.create(APPLICATIONS, &with(&self.draft, changes))).to_owned()
    }

    #[track_caller]
    fn step(&self, application: &str, event: &str) {
        let target = format!("{APPLICATIONS}/{application}/transitions");
        let answer = self.session.write("POST", &target, &[], &json!({"event": event}));
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    fn submit(&self, changes: &Value) -> String {
        let application = self.draft(changes);
        self.step(&application, "submit");
        application
    }
}

fn ask(session: &Session, question: &Value) -> Answer {
    session.write("POST", &path(CALL), &[], question)
}

#[track_caller]
fn simulate(session: &Session, question: &Value) -> Value {
    let answer = ask(session, question);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[track_caller]
fn refused(answer: &Answer, code: &str, pointer: &str) {
    let problem = answer.problem(400, "invalid_request");
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!((&errors[0]["code"], &errors[0]["pointer"]), (&json!(code), &json!(pointer)), "{problem}");
    assert_eq!(errors.len(), 1, "{problem}");
}

fn sorted(ids: &[&String]) -> Value {
    let mut ids = ids.to_vec();
    ids.sort();
    json!(ids)
}

#[rstest]
fn the_five_pilots_reach_nearly_half_of_all_finns(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    open_call(&developer, CALL, &euros(450_000));
    let submitted = FIVE.map(|region| Applicant::of(&registry, region).submit(&json!({})));
    let simulation = simulate(&developer, &json!({"population_date": "2017-12-31"}));
    let set = &simulation["set"];
    assert_eq!(set["coverage"]["population"], 2_590_634);
    let share = set["coverage"]["share"].as_f64().unwrap();
    assert!((share - 0.469_902_578).abs() < 1e-9, "{share}");
    let codes: Vec<_> = set["regions"].as_array().unwrap().iter().map(|region| region["code"].clone()).collect();
    assert_eq!(codes, ["01", "12", "15", "17", "19"]);
    assert_eq!(set["overlaps"], json!([]));
    assert_eq!(
        set["money"],
        json!({"requested": euros(500_000), "budget": euros(450_000), "left": null, "lacking": euros(50_000)})
    );
    // What is said of parts adds up to the whole.
    for part in ["municipality_types", "language_groups"] {
        let sum = |field: &str| set[part].as_array().unwrap().iter().map(|each| each[field].as_i64().unwrap()).sum();
        let (municipalities, population): (i64, i64) = (sum("municipalities"), sum("population"));
        let all = set["coverage"]["municipalities"].as_array().unwrap().len();
        assert_eq!((usize::try_from(municipalities).unwrap(), population), (all, 2_590_634), "{part}");
    }
    let alone = set["applications"].as_array().unwrap();
    assert_eq!(alone.iter().map(|each| each["population"].as_i64().unwrap()).sum::<i64>(), 2_590_634);
    assert_eq!(json!(alone.iter().map(|each| &each["application"]).collect::<Vec<_>>()), sorted(&submitted.each_ref()));
    assert_eq!((&simulation["best"], &simulation["exact"]), (&json!([]), &json!(true)));
    let of_uusimaa = simulate(&developer, &json!({"applications": [submitted[1]], "population_date": "2017-12-31"}));
    assert_eq!(of_uusimaa["set"]["coverage"]["population"], 1_655_624);
}

#[rstest]
fn a_set_tells_what_it_covers_twice_and_what_it_leaves_open(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    open_call(&developer, CALL, &Value::Null);
    let changes = json!({
        "areas": ["municipality:091", "municipality:049"], "customer_groups": ["older_people", "immigrants"],
        "functional_parts": ["network"]
    });
    let uusimaa = Applicant::of(&registry, "01").submit(&changes);
    let changes = json!({
        "areas": ["region:15", "municipality:091"], "customer_groups": ["immigrants"],
        "functional_parts": ["network", "training"], "requested": null
    });
    let ostrobothnia = Applicant::of(&registry, "15").submit(&changes);
    let simulation = simulate(&developer, &json!({}));
    let set = &simulation["set"];
    let both = sorted(&[&uusimaa, &ostrobothnia]);
    let overlaps = set["overlaps"].as_array().unwrap();
    assert_eq!(overlaps.len(), 1);
    assert_eq!((&overlaps[0]["municipality"]["code"], &overlaps[0]["applications"]), (&json!("091"), &both));
    assert_eq!(
        set["customer_groups"]["covered"],
        json!([
            {"customer_group": "older_people", "applications": [uusimaa]},
            {"customer_group": "immigrants", "applications": both}
        ])
    );
    assert_eq!(set["customer_groups"]["open"].as_array().unwrap().len(), 10);
    assert_eq!(
        set["functional_parts"]["covered"],
        json!([
            {"functional_part": "network", "applications": both},
            {"functional_part": "training", "applications": [ostrobothnia]}
        ])
    );
    assert_eq!(set["functional_parts"]["open"].as_array().unwrap().len(), 6);
    assert_eq!(set["money"], json!({"requested": null, "budget": null, "left": null, "lacking": null}));
    assert_eq!((&simulation["without_amount"], &set["score"]), (&json!([ostrobothnia]), &Value::Null));
}

#[rstest]
fn the_best_sets_keep_the_budget_and_the_conditions(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    open_call(&developer, CALL, &euros(300_000));
    let [lapland, uusimaa, ostrobothnia, north_karelia, north_ostrobothnia] =
        FIVE.map(|region| Applicant::of(&registry, region).submit(&json!({})));
    let best = |best: Value| {
        let simulation = simulate(&developer, &json!({"population_date": "2017-12-31", "best": best}));
        simulation["best"].as_array().unwrap().clone()
    };
    let people = json!({"population": 1});
    // Three of them fit into what the call has to give: those with the most inhabitants.
    let sets = best(json!({"weights": people}));
    assert_eq!(sets.len(), 3);
    assert_eq!(sets[0]["applications"], sorted(&[&uusimaa, &north_ostrobothnia, &ostrobothnia]));
    assert_eq!(sets[0]["value"], sets[0]["share"]);
    assert_eq!(sets[0]["requested"], euros(300_000));
    assert!(sets[0]["value"].as_f64() > sets[1]["value"].as_f64());
    assert_eq!(sets[1]["applications"], sorted(&[&uusimaa, &north_ostrobothnia, &lapland]));
    let sets = best(json!({
        "weights": people, "budget": euros(250_000), "must_include": [north_karelia], "exclude": [uusimaa], "limit": 1
    }));
    assert_eq!(sets.len(), 1);
    assert_eq!(sets[0]["applications"], sorted(&[&north_karelia, &north_ostrobothnia]));
    let codes: Vec<_> = sets[0]["regions"].as_array().unwrap().iter().map(|region| &region["code"]).collect();
    assert_eq!(codes, ["12", "17"]);
    // By its languages alone, Ostrobothnia makes up for fewer inhabitants.
    let sets = best(json!({"weights": {"language_groups": 1}, "max_count": 1, "exclude": [uusimaa]}));
    assert_eq!(sets[0]["applications"], json!([ostrobothnia]));
    assert_eq!(best(json!({"min_regions": 4})), Vec::<Value>::new(), "four cost more than there is");
    assert_eq!(best(json!({"min_regions": 4, "budget": euros(400_000)})).len(), 3);
}

#[rstest]
fn only_who_may_read_the_applications_chooses_among_them(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    open_call(&developer, CALL, &Value::Null);
    let own = Applicant::of(&registry, "01");
    let foreign = Applicant::of(&registry, "15");
    let (mine, theirs) = (own.submit(&json!({})), foreign.submit(&json!({})));
    let evaluator = registry.sign_in("evaluator", &[], None);
    let seen = |session: &Session| -> Vec<String> {
        let simulation = simulate(session, &json!({}));
        let applications = simulation["set"]["applications"].as_array().unwrap();
        applications.iter().map(|each| each["application"].as_str().unwrap().to_owned()).collect()
    };
    let all: Vec<String> = serde_json::from_value(sorted(&[&mine, &theirs])).unwrap();
    assert_eq!(seen(&developer), all);
    assert_eq!(seen(&registry.sign_in("ministry", &[], None)), all);
    assert_eq!(seen(&own.session), [mine.as_str()]);
    let nobodys = [
        registry.public(),
        registry.sign_in("regional_coordinator", &["region:01"], None),
        registry.sign_in("auditor", &[], None),
        evaluator.clone(),
    ];
    for session in &nobodys {
        assert_eq!(seen(session), Vec::<String>::new());
        refused(&ask(session, &json!({"applications": [mine]})), "unknown_value", "/applications/0");
    }
    refused(&ask(&own.session, &json!({"applications": [mine, theirs]})), "unknown_value", "/applications/1");
    let evaluators = format!("/v1/calls/{CALL}/evaluators");
    let named = json!({"clients": [evaluator.client_id]});
    let answer = developer.write("PUT", &evaluators, &[("If-Match", "*")], &named);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(seen(&evaluator), all);
}

#[rstest]
fn an_application_that_cannot_be_chosen_is_refused_at_its_place(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start(database);
    let developer = registry.developer();
    open_call(&developer, CALL, &Value::Null);
    open_call(&developer, "toinen-haku-2026", &Value::Null);
    let applicant = Applicant::of(&registry, "01");
    let good = applicant.submit(&json!({}));
    let draft = applicant.draft(&json!({}));
    let withdrawn = applicant.submit(&json!({}));
    applicant.step(&withdrawn, "withdraw");
    let elsewhere = applicant.submit(&json!({"call": "toinen-haku-2026"}));
    let nothing = "01900000-0000-7000-8000-000000000000".to_owned();
    for other in [&draft, &withdrawn, &elsewhere, &nothing] {
        refused(&ask(&developer, &json!({"applications": [good, other]})), "unknown_value", "/applications/1");
        let must = json!({"best": {"must_include": [other]}});
        refused(&ask(&developer, &must), "unknown_value", "/best/must_include/0");
        let exclude = json!({"best": {"exclude": [good, other]}});
        refused(&ask(&developer, &exclude), "unknown_value", "/best/exclude/1");
    }
    let all = simulate(&developer, &json!({}));
    assert_eq!(all["set"]["applications"].as_array().unwrap().len(), 1);
    let places = [
        (json!({"population_date": "2017-06-30"}), "unknown_value", "/population_date"),
        (json!({"best": {"limit": 0}}), "out_of_range", "/best/limit"),
        (json!({"best": {"weights": {"population": 0}}}), "out_of_range", "/best/weights"),
        (json!({"best": {"min_count": 3, "max_count": 2}}), "contradictory", "/best/max_count"),
        (json!({"applications": [good, good]}), "repeated_value", "/applications"),
        (json!({"budget": euros(1)}), "unknown_field", "/budget"),
    ];
    for (question, code, pointer) in places {
        refused(&ask(&developer, &question), code, pointer);
    }
    let county = applicant.submit(&json!({"areas": ["wellbeing_services_county:02"]}));
    let past = json!({"applications": [county], "population_date": "2017-12-31"});
    refused(&ask(&developer, &past), "not_valid_at", "/as_of");
    developer.write("POST", &path("no-such-call"), &[], &json!({})).problem(404, "not_found");
}

#[rstest]
fn more_than_25_are_not_compared(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    statements::watch();
    let registry = Registry::start(database);
    let developer = registry.developer();
    open_call(&developer, CALL, &Value::Null);
    let applicant = Applicant::of(&registry, "01");
    let municipality = |number: usize| ["091", "049", "092"][number % 3];
    let submit = |number| applicant.submit(&json!({"areas": [format!("municipality:{}", municipality(number))]}));
    let ids: Vec<String> = (0..26).map(submit).collect();
    let best = json!({"best": {"limit": 10}});
    refused(&ask(&developer, &best), "too_many_values", "/applications");
    let excluded = simulate(&developer, &json!({"best": {"limit": 10, "exclude": [ids[25]]}}));
    let sets = excluded["best"].as_array().unwrap();
    assert_eq!(sets.len(), 10);
    // Three cover all that there is to be covered; of so many equal ones the first.
    assert_eq!(sets[0]["applications"], sorted(&[&ids[0], &ids[1], &ids[2]]));
    // What it costs the database does not grow with them.
    let price = |applications: &[String]| {
        let before = statements::sent_to(registry.place());
        simulate(&developer, &json!({"applications": applications}));
        statements::sent_to(registry.place()) - before
    };
    price(&ids[..1]);
    assert_eq!(price(&ids[..1]), price(&ids));
}

#[rstest]
fn a_question_changes_nothing_and_is_answered_by_a_registry_that_takes_no_changes(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let registry = Registry::start_with(database, &["--read-only"]);
    let before = registry.last_seq();
    let answer = registry.public().write("POST", &path("county-pilots-2018"), &[], &json!({}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["set"]["coverage"]["population"], 0);
    assert_eq!(registry.last_seq(), before);
}
