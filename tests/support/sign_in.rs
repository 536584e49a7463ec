//! Clients of a registry, and the tokens that they sign in with.

use actix_web::rt::System;
use digituki::client;
use digituki_domain::area::{AreaId, RegionCode};
use digituki_domain::client::{ClientFacts, ClientId};
use digituki_domain::organisation::OrganisationId;
use digituki_domain::role::Role;

use crate::support::registry::settings;
use crate::support::{Answer, Registry};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// What a client signs in with.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

impl Registry {
    /// Adds a client beside the running server: a role, areas such as `region:01`, an organisation's id.
    pub(crate) fn client(&self, role: &str, areas: &[&str], organisation: Option<&str>) -> Credentials {
        let region = |area: &&str| -> RegionCode { area.parse::<AreaId>().unwrap().code().parse().unwrap() };
        let facts = ClientFacts {
            name: format!("A {role}"),
            role: role.parse::<Role>().unwrap(),
            regions: areas.iter().map(region).collect(),
            organisation: organisation.map(|id| id.parse::<OrganisationId>().unwrap()),
        };
        let added = System::new().block_on(client::add(&settings(self.database_url(), &[]), facts)).unwrap();
        Credentials { client_id: added.client.id.to_string(), client_secret: added.secret.reveal().to_owned() }
    }

    /// Revokes a client beside the running server.
    pub(crate) fn revoke(&self, credentials: &Credentials) {
        let id: ClientId = credentials.client_id.parse().unwrap();
        System::new().block_on(client::revoke(&settings(self.database_url(), &[]), id)).unwrap();
    }

    /// Has tokens signed with another key from now on, beside the running server.
    pub(crate) fn rotate_key(&self, flags: &[&str]) {
        System::new().block_on(client::rotate_key(&settings(self.database_url(), flags))).unwrap();
    }

    /// Asks the token endpoint, with fields that are encoded already.
    pub(crate) fn ask_for_token(&self, fields: &str) -> Answer {
        self.send("POST", "/oauth2/token", &[FORM], fields.as_bytes())
    }

    /// The same with HTTP Basic.
    pub(crate) fn ask_for_token_by(&self, authorization: &str, fields: &str) -> Answer {
        self.send("POST", "/oauth2/token", &[FORM, ("Authorization", authorization)], fields.as_bytes())
    }

    /// An access token for all that a client may.
    #[track_caller]
    pub(crate) fn token(&self, credentials: &Credentials) -> String {
        let answer = self.ask_for_token(&credentials.fields());
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Asks with a token.
    pub(crate) fn get_as(&self, path: &str, token: &str) -> Answer {
        self.get_with(path, &[("Authorization", &format!("Bearer {token}"))])
    }
}

impl Credentials {
    /// The least that the token endpoint asks for.
    pub(crate) fn fields(&self) -> String {
        let Self { client_id, client_secret } = self;
        format!("grant_type=client_credentials&client_id={client_id}&client_secret={client_secret}")
    }
}
