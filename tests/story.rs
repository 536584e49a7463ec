//! The story as it happened, run through the registry itself: the call of 2018 with its pilots, and the grants of 2020.
//! Nothing of it is loaded: only areas, populations and organisations.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::database::{Database, Place};
use crate::support::registry::migrate;
use crate::support::session::{ANY, Session, id};
use crate::support::sign_in::Credentials;
use crate::support::{Answer, Registry};

const CALL: &str = "/v1/calls/county-pilots-2018";
/// Lapland, Uusimaa, Ostrobothnia, North Karelia, North Ostrobothnia.
const CHOSEN: [&str; 5] = ["19", "01", "15", "12", "17"];
/// They applied too.
const NOT_CHOSEN: [&str; 5] = ["02", "06", "08", "11", "13"];
/// The regions of 2019: the five, and nine more.
const OF_2019: [&str; 14] = ["19", "01", "15", "12", "17", "09", "10", "18", "16", "08", "06", "11", "04", "02"];
/// Those of 2020: eleven of them, and three that are new.
const OF_2020: [&str; 14] = ["09", "10", "16", "08", "06", "12", "17", "11", "04", "01", "02", "14", "13", "07"];

/// The registry on one database, at one instant after the other.
pub(crate) struct Story {
    place: Option<Place>,
    registry: Option<Registry>,
}

impl Story {
    pub(crate) fn begin(database: Database) -> Self {
        let place = database.empty();
        migrate(place.url(), &["--load", "reference", "--clock", "2018-03-01T09:00:00+02:00"]);
        Self { place: Some(place), registry: None }
    }

    /// The same registry at a later instant.
    pub(crate) fn at(&mut self, instant: &str) -> &Registry {
        let url = self.place.as_ref().unwrap().url().to_owned();
        drop(self.registry.take());
        let registry = Registry::begin(&url, &["--load", "reference", "--clock", instant]);
        registry.wait_until_ready(crate::support::registry::PATIENCE);
        self.registry.insert(registry)
    }
}

/// A text in three languages.
fn text(name: &str) -> Value {
    json!({"fi": name, "sv": name, "en": name})
}

fn programme(agency: &str, key: &str, previous: Option<&str>, starts: &str, regions: &[&str]) -> Value {
    let coordinators = json!([{"organisation": agency, "first_day": null, "last_day": null}]);
    let areas: Vec<String> = regions.iter().map(|code| format!("region:{code}")).collect();
    let day = json!({"precision": "day", "season": null, "earliest": starts, "latest": starts});
    json!({"key": key, "names": text(key), "previous": previous, "starts": day, "areas": areas,
        "coordinators": coordinators})
}

fn organisation(session: &Session, query: &str) -> String {
    id(&session.items(&format!("/v1/organisations?{query}"))[0]).to_owned()
}

/// The organisation that applied for a region: in Lapland the hospital district.
fn applicant_of(session: &Session, region: &str) -> String {
    if region == "19" {
        let all = session.items("/v1/organisations?organisation_type=hospital_district&q=lapin&as_of=2018-04-01");
        return id(&all[0]).to_owned();
    }
    organisation(session, &format!("organisation_type=regional_council&area=region:{region}&as_of=2018-04-01"))
}

fn application(call: &str, applicant: &str, region: &str) -> Value {
    json!({
        "call": call, "applicant": applicant, "names": text(&format!("Digituki {region}")),
        "areas": [format!("region:{region}")], "open_for_comments": false,
        "objectives": [text("Verkosto.")], "functional_parts": ["network"], "customer_groups": ["older_people"],
        "starts": {"precision": "season", "season": "autumn", "earliest": "2018-09-01", "latest": "2018-11-30"}
    })
}

fn submit(session: &Session, path: &str) -> Answer {
    session.write("POST", &format!("{path}/transitions"), &[], &json!({"event": "submit"}))
}

fn decision(decided_on: &str, decisions: &[(String, &str)]) -> Value {
    let of_one = |(application, result): &(String, &str)| json!({"application": application, "decision_result": result, "amount": null, "reasons": text("Perustelu.")});
    let decisions: Vec<Value> = decisions.iter().map(of_one).collect();
    json!({
        "decided_on": decided_on, "appeal_instructions": text("Muutosta voi hakea."),
        "selection_grounds": text("Alueellisesti monipuolinen kokonaisuus, jonka osat täydentävät toisiaan."),
        "decisions": decisions
    })
}

#[rstest]
fn the_call_of_2018_and_the_grants_of_2020_run_as_they_happened(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let mut story = Story::begin(database);
    let (developer, applicants) = prepare(story.at("2018-04-04T12:00:00+03:00"));
    let last = apply(story.at("2018-04-05T00:00:00+03:00"), &developer, &applicants);
    hand_in_on_the_last_day(&mut story, &applicants, &last);
    decide(story.at("2018-06-15T12:00:00+03:00"), &developer);
    run_2020(&mut story, &developer);
}

/// The programme and the call: a draft, and upcoming on 4 April.
fn prepare(registry: &Registry) -> (Credentials, Vec<(String, Credentials)>) {
    let credentials = registry.client("national_developer", &[], None);
    let developer = registry.sign_in_as(&credentials);
    let agency = organisation(&developer, "organisation_type=national_agency&as_of=2018-04-04");
    developer.create("/v1/programmes", &programme(&agency, "county-pilots-2018", None, "2018-09-01", &CHOSEN));
    let call = json!({
        "key": "county-pilots-2018", "programme": "county-pilots-2018", "names": text("Maakuntapilotit 2018"),
        "organiser": agency, "published": false, "cancelled": false, "outcomes": ["pilot"],
        "eligible_organisation_types": ["regional_council", "hospital_district", "special_care_district"],
        "opens_at": "2018-04-05T00:00:00+03:00", "closes_at": "2018-05-09T00:00:00+03:00",
        "events": [{"event_type": "briefing", "first_day": "2018-04-05", "last_day": "2018-04-05"}],
        "documents": [
            {"document_type": "call_letter", "languages": ["fi"]}, {"document_type": "application_form", "languages": ["fi"]}
        ]
    });
    let draft = developer.create("/v1/calls", &call);
    assert_eq!(draft["call_status"], "draft");
    registry.get(CALL).problem(404, "not_found");
    let published = developer.patch(CALL, &json!({"published": true}));
    assert_eq!(published["call_status"], "upcoming");
    assert_eq!(registry.json(CALL)["call_status"], "upcoming");
    let applicants = CHOSEN.iter().chain(&NOT_CHOSEN).map(|region| {
        let organisation = applicant_of(&developer, region);
        ((*region).to_owned(), registry.client("applicant", &[], Some(&organisation)))
    });
    (credentials, applicants.collect())
}

/// Ten applications on the first day, of which nine are submitted; a municipality and a company may not apply.
fn apply(registry: &Registry, developer: &Credentials, applicants: &[(String, Credentials)]) -> (String, String) {
    assert_eq!(registry.json(CALL)["call_status"], "open");
    let developer = registry.sign_in_as(developer);
    let municipality = organisation(&developer, "organisation_type=municipality&area=municipality:091");
    let company = json!({"organisation_type": "company", "names": text("Digiapu Oy"), "area": "region:01"});
    let company = id(&developer.create("/v1/organisations", &company)).to_owned();
    for (refused, kind) in [(&municipality, "municipality"), (&company, "company")] {
        let session = registry.sign_in("applicant", &[], Some(refused));
        let answer = session.write("POST", "/v1/applications", &[], &application("county-pilots-2018", refused, "01"));
        answer.problem(400, "invalid_request");
        let fault = &answer.json()["errors"][0];
        assert_eq!((&fault["pointer"], &fault["code"]), (&json!("/applicant"), &json!("not_eligible")));
        assert!(fault["message"].as_str().unwrap().contains(kind), "{fault}");
    }
    let mut paths = Vec::new();
    for (region, credentials) in applicants {
        let session = registry.sign_in_as(credentials);
        let organisation = applicant_of(&developer, region);
        paths.push(session.add("/v1/applications", &application("county-pilots-2018", &organisation, region)));
    }
    let (last, first) = paths.split_last().unwrap();
    for (path, (_, credentials)) in first.iter().zip(applicants) {
        assert_eq!(submit(&registry.sign_in_as(credentials), path).json()["application_status"], "submitted");
    }
    assert_eq!(developer.items("/v1/applications").len(), 9, "a draft is the applicant's alone");
    // A second draft of the last applicant, which will come too late.
    let late = registry.sign_in_as(&applicants.last().unwrap().1);
    let organisation = applicant_of(&developer, &applicants.last().unwrap().0);
    (last.clone(), late.add("/v1/applications", &application("county-pilots-2018", &organisation, "13")))
}

/// 8 May is the last day, to its end: the very second stands in the tests of the domain, as no server starts in none.
fn hand_in_on_the_last_day(story: &mut Story, applicants: &[(String, Credentials)], (last, late): &(String, String)) {
    let credentials = &applicants.last().unwrap().1;
    // The clock runs on while the server starts: it starts where there is time left.
    let registry = story.at("2018-05-08T23:59:40+03:00");
    let submitted = submit(&registry.sign_in_as(credentials), last);
    assert_eq!(submitted.status, 200, "{}", submitted.text());
    let registry = story.at("2018-05-09T00:00:00+03:00");
    let refused = submit(&registry.sign_in_as(credentials), late);
    refused.problem(409, "conflict");
    assert_eq!(refused.codes_of_faults(), ["illegal_step"]);
    assert_eq!(registry.json(CALL)["call_status"], "evaluation");
}

/// The five are chosen as a set; five pilots begin in the autumn.
fn decide(registry: &Registry, developer: &Credentials) {
    let developer = registry.sign_in_as(developer);
    let applications = developer.items("/v1/applications?call=county-pilots-2018");
    assert_eq!(applications.len(), 10);
    let of = |regions: &[&str]| -> Vec<String> {
        let covers = |application: &&Value| regions.contains(&application["areas"][0]["code"].as_str().unwrap());
        applications.iter().filter(covers).map(|application| id(application).to_owned()).collect()
    };
    let (chosen, others) = (of(&CHOSEN), of(&NOT_CHOSEN));
    let question = json!({"applications": chosen, "population_date": "2017-12-31"});
    let simulation = developer.write("POST", &format!("{CALL}/portfolio-simulations"), &[], &question);
    assert_eq!(simulation.status, 200, "{}", simulation.text());
    let coverage = simulation.json()["set"]["coverage"].clone();
    assert_eq!(coverage["population"], 2_590_634);
    assert_eq!(format!("{:.4}", coverage["share"].as_f64().unwrap()), "0.4699");
    let all = chosen.iter().map(|id| (id.clone(), "granted"));
    let all: Vec<_> = all.chain(others.iter().map(|id| (id.clone(), "rejected"))).collect();
    let incomplete = developer.write("POST", &format!("{CALL}/decide"), &[], &decision("2018-06-15", &all[..9]));
    incomplete.problem(400, "invalid_request");
    assert!(registry.items("/v1/pilots").is_empty() && registry.items("/v1/decisions").is_empty());
    let decided = developer.write("POST", &format!("{CALL}/decide"), &[], &decision("2018-06-15", &all));
    assert_eq!(decided.status, 200, "{}", decided.text());
    let call = registry.json(CALL);
    assert_eq!(call["call_status"], "decided");
    let figures = ["applications_received", "counties_represented", "selected"].map(|name| call[name].clone());
    assert_eq!(figures, [10, 10, 5]);
    let pilots = registry.items("/v1/pilots?call=county-pilots-2018");
    assert_eq!(pilots.len(), 5);
    for pilot in &pilots {
        assert_eq!(pilot["pilot_status"], "planned");
        assert_eq!(pilot["starts"]["season"], "autumn");
    }
    let lapland = pilots.iter().find(|pilot| pilot["areas"][0]["code"] == "19").unwrap();
    assert_eq!(lapland["lead"]["organisation_type"], "hospital_district");
    let decisions = registry.items("/v1/decisions?decision_result=granted");
    assert!(decisions.len() == 5 && decisions.iter().all(|decision| decision["pilot"].is_string()));
    // Decided is decided.
    let again = developer.write("POST", &format!("{CALL}/decide"), &[], &decision("2018-06-15", &all));
    again.problem(409, "conflict");
}

/// The phases that follow, and the fourteen grants: eleven regions go on, three are new, three have ended.
fn run_2020(story: &mut Story, developer: &Credentials) {
    const KEY: &str = "regional-coordination-2020";
    let registry = story.at("2020-06-11T09:00:00+03:00");
    let session = registry.sign_in_as(developer);
    let previous = "regional-coordination-2019";
    let agency = organisation(&session, "organisation_type=national_agency");
    let first = Some("county-pilots-2018");
    session.create("/v1/programmes", &programme(&agency, previous, first, "2019-10-01", &OF_2019));
    session.create("/v1/programmes", &programme(&agency, KEY, Some(previous), "2020-10-01", &OF_2020));
    let participation = registry.json(&format!("/v1/programmes/{KEY}/participation"));
    assert_eq!(participation["counts"], json!({"new": 3, "continuing": 11, "ended": 3}));
    session.create(
        "/v1/calls",
        &json!({
            "key": KEY, "programme": KEY, "names": text("Digituen alueellinen koordinaatio 2020"), "organiser": agency,
            "published": true, "cancelled": false, "outcomes": ["grant"],
            "eligible_organisation_types": ["regional_council"],
            "opens_at": "2020-06-11T00:00:00+03:00", "closes_at": "2020-09-16T00:00:00+03:00",
            "budgeted": {"cents": 330_000_000, "currency": "EUR", "approximate": true},
            "usable_from": "2020-10-01", "usable_to": "2021-10-31",
            "events": [{"event_type": "comment_round", "first_day": "2020-08-20", "last_day": "2020-09-03"}]
        }),
    );
    let mut applications = Vec::new();
    for region in OF_2020 {
        let council = organisation(&session, &format!("organisation_type=regional_council&area=region:{region}"));
        let applicant = registry.sign_in("applicant", &[], Some(&council));
        let path = applicant.add("/v1/applications", &application(KEY, &council, region));
        assert_eq!(submit(&applicant, &path).status, 200);
        applications.push((crate::support::session::named(&path).to_owned(), "granted"));
    }
    let registry = story.at("2020-10-01T12:00:00+03:00");
    let session = registry.sign_in_as(developer);
    let path = format!("/v1/calls/{KEY}");
    let decided = session.write("POST", &format!("{path}/decide"), &[], &decision("2020-10-01", &applications));
    assert_eq!(decided.status, 200, "{}", decided.text());
    let grants = registry.items(&format!("/v1/grants?call={KEY}"));
    assert_eq!(grants.len(), 14);
    for grant in &grants {
        // Amounts for each council are not known, and nobody invents one.
        assert_eq!((&grant["amount"], &grant["figures"]["awarded"]), (&json!(null), &json!(null)));
        assert_eq!(grant["grant_status"], "active");
        assert_eq!((&grant["usable_from"], &grant["usable_to"]), (&json!("2020-10-01"), &json!("2021-10-31")));
    }
    let call = registry.json(&path);
    assert_eq!((&call["selected"], &call["awarded"]), (&json!(14), &json!(null)));
    session.write("PATCH", &path, &[ANY], &json!({"published": false})).problem(409, "conflict");
}
