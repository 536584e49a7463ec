//! Roles: what each may do with what belongs to whom.

mod granting;
mod leaks;
mod ownership;
mod walk;

use digituki_domain::organisation::OrganisationId;
use digituki_domain::policy::{Permit, Scope, Sight};
use digituki_domain::role::{Caller, Role};
use digituki_domain::vocabulary::Vocabulary as _;
use serde_json::{Value, json};

use crate::assessment_rounds::{asked, regions, round};
use crate::support::Registry;
use crate::support::session::{
    LOCATIONS, ORGANISATIONS, PROVIDERS, SERVICES, Session, association, id, location_in, named, provider, service,
};

/// In the name of what is not published.
const SECRET: &str = "Salaisuus";

/// An object, and to whom it shows by the words of the domain.
#[derive(Clone)]
struct Thing {
    /// How it stands to the clients of the walk.
    kind: &'static str,
    collection: &'static str,
    path: String,
    body: Value,
    sight: Sight,
}

/// What the walk is about: the same for every role.
struct World<'a> {
    developer: Session<'a>,
    own: String,
    foreign: String,
    things: Vec<Thing>,
    /// A round of assessments that everyone may read.
    round: String,
}

/// Someone who asks, and who that is by the words of the domain.
struct Actor<'a> {
    name: String,
    session: Session<'a>,
    caller: Caller,
    /// Its token allows less than its role.
    narrow: bool,
}

fn sight(published: bool, organisation: &str, region: &str) -> Sight {
    let organisation = Some(organisation.parse().unwrap());
    Sight { published, organisation, regions: vec![region.parse().unwrap()], ..Sight::default() }
}

impl<'a> World<'a> {
    /// Three organisations: the clients' own, one in their region, one elsewhere. Each has a provider, a location and
    /// a service, and of each of these another one that is not published if its noun knows that. And an organisation
    /// of the reference data.
    fn of(registry: &'a Registry) -> Self {
        let developer = registry.developer();
        let mut things = Vec::new();
        for (kind, region, municipality) in
            [("own", "01", "091"), ("same region", "01", "091"), ("foreign", "02", "853")]
        {
            let body = association(&format!("{kind} ry"), &format!("region:{region}"));
            let path = developer.add(ORGANISATIONS, &body);
            let organisation = named(&path).to_owned();
            things.push(Thing {
                kind,
                collection: ORGANISATIONS,
                path,
                body,
                sight: sight(true, &organisation, region),
            });
            // The walk removes providers and locations, and these stay: services refer to them.
            let giver = developer.add(PROVIDERS, &provider(&format!("Antaja: {kind}"), &organisation, region));
            let place = developer.add(LOCATIONS, &location_in(&format!("Talo: {kind}"), &organisation, municipality));
            for status in ["published", "draft"] {
                let name = if status == "draft" { format!("{SECRET}: {kind}") } else { format!("{kind} tuki") };
                for (collection, mut body) in [
                    (PROVIDERS, provider(&name, &organisation, region)),
                    (LOCATIONS, location_in(&format!("{kind} {status}"), &organisation, municipality)),
                    (SERVICES, service(&name, named(&giver), &[named(&place)])),
                ] {
                    body["external_ids"] = json!([{"source": "walk", "source_id": format!("{kind} {status}")}]);
                    if collection != LOCATIONS {
                        body["offer_status"] = json!(status);
                    }
                    let path = developer.add(collection, &body);
                    // Everyone sees locations.
                    let published = status == "published" || collection == LOCATIONS;
                    let sight = sight(published, &organisation, region);
                    things.push(Thing { kind, collection, path, body, sight });
                }
            }
        }
        let agency = &registry.items("/v1/organisations?organisation_type=national_agency")[0];
        let body = association("Otettu haltuun", "region:01");
        let path = format!("{ORGANISATIONS}/{}", id(agency));
        things.push(Thing { kind: "reference", collection: ORGANISATIONS, path, body, sight: Sight::national() });
        let of = |kind: &str| {
            let thing = things.iter().find(|thing| thing.kind == kind).unwrap();
            thing.sight.organisation.unwrap().to_string()
        };
        let (own, foreign) = (of("own"), of("foreign"));
        let framework = "/v1/assessment-frameworks/regional-self-assessment-1";
        let round = named(&asked(&developer, &round(framework, &regions(&["01"])))).to_owned();
        Self { developer, own, foreign, things, round }
    }

    /// The published object of a collection that stands so to the clients.
    fn published(&self, collection: &str, kind: &str) -> &Thing {
        let mut of_collection = self.things.iter().filter(|thing| thing.collection == collection);
        of_collection.find(|thing| thing.kind == kind && thing.sight.published).unwrap()
    }

    fn drafts(&self) -> Vec<Thing> {
        self.things.iter().filter(|thing| !thing.sight.published).cloned().collect()
    }

    /// Every role with all that it may, and with each of its scopes alone; and whoever has not signed in.
    fn actors(&self) -> Vec<Actor<'a>> {
        let registry = self.developer.registry;
        let own: OrganisationId = self.own.parse().unwrap();
        let mut actors =
            vec![Actor { name: "public".into(), session: registry.public(), caller: Caller::public(), narrow: false }];
        for role in Role::VALUES.iter().copied().filter(|role| *role != Role::Public) {
            let areas: &[&str] = if role.needs_regions() { &["region:01"] } else { &[] };
            let organisation = role.needs_organisation().then_some(self.own.as_str());
            let client = registry.client(role.code(), areas, organisation);
            let all = Scope::of(role);
            let alone = all.iter().filter(|_| all.len() > 1).map(|scope| vec![*scope]);
            for scopes in std::iter::once(all.clone()).chain(alone) {
                let asked = scopes.iter().map(|scope| scope.code()).collect::<Vec<_>>().join("+");
                let answer = registry.ask_for_token(&format!("{}&scope={asked}", client.fields()));
                assert_eq!(answer.status, 200, "{role} {asked}: {}", answer.text());
                let session = registry.session(&client.client_id, answer.json()["access_token"].as_str().unwrap());
                let narrow = scopes.len() < all.len();
                let caller = Caller {
                    name: client.client_id.clone(),
                    role,
                    regions: areas.iter().map(|_| "01".parse().unwrap()).collect(),
                    organisation: organisation.map(|_| own),
                    scopes,
                };
                actors.push(Actor { name: format!("{role} ({asked})"), session, caller, narrow });
            }
        }
        actors
    }
}

impl Actor<'_> {
    fn sees(&self, thing: &Thing) -> bool {
        Permit::new(self.caller.clone(), Scope::Read).is_some_and(|permit| permit.sees(&thing.sight))
    }
}
