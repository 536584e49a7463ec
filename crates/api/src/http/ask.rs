//! What every handler that reads one object uses: who asks, when, and which object.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, Utc};
use digituki_domain::at::At;
use digituki_domain::clock::Moment;
use digituki_domain::external_id::ExternalId;
use digituki_domain::noun::{Kept, Noun};
use digituki_domain::policy::{Permit, Sight};
use digituki_domain::problem::Code;
use digituki_domain::vocabulary::Vocabulary as _;
use digituki_persistence::noun::{self, Pushed, Stored};
use digituki_persistence::{feed, merge};
use serde::Serialize;

use crate::app::App;
use crate::http::access::Allowed;
use crate::http::answer::Answer;
use crate::http::problem::Problem;
use crate::http::query::{FromQuery, Reader, path_value};

/// A question about one object.
pub(crate) struct Ask {
    pub(crate) app: Data<App>,
    pub(crate) permit: Permit,
    pub(crate) moment: Moment,
    /// The address that was asked, with its query.
    pub(crate) address: String,
}

impl FromRequest for Ask {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request))
    }
}

impl Ask {
    fn read(request: &HttpRequest) -> Result<Self, Problem> {
        let app = request.app_data::<Data<App>>().ok_or_else(|| Problem::new(Code::InternalError))?.clone();
        let moment = app.clock.moment();
        let address = format!("{}{}", app.settings.public_url(), request.uri());
        Ok(Self { app, permit: Allowed::of(request)?.permit, moment, address })
    }

    /// One object as it is, or as it was known to be at an instant.
    pub(crate) async fn find<N: Stored>(self, id: N::Id, known_at: KnownAt) -> Result<N, Problem> {
        let Self { app, permit, moment, .. } = self;
        app.read(move |db| {
            let found: Option<N> = match known_at.0 {
                Some(instant) => feed::known_at(db, &id, instant, moment, &permit)?,
                None => noun::get(db, &id, moment, &permit)?,
            };
            found.ok_or_else(|| Problem::not_found(N::NOUN.label(), &id.to_string()))
        })
        .await
    }

    /// Answers with one object; where it was merged into another one, with the way to that.
    pub(crate) async fn get<N: Stored>(self, id: N::Id, known_at: KnownAt) -> Result<Answer, Problem> {
        self.get_with(id, known_at, |found: N, _| found).await
    }

    /// The same with something done to the object that follows from the question.
    pub(crate) async fn get_with<N: Stored>(
        self,
        id: N::Id,
        known_at: KnownAt,
        adapt: impl FnOnce(N, Moment) -> N,
    ) -> Result<Answer, Problem> {
        let (app, permit, moment, address) = (self.app.clone(), self.permit.clone(), self.moment, self.address.clone());
        let is_of_today = known_at.0.is_none();
        match self.find::<N>(id.clone(), known_at).await {
            Ok(found) => {
                let found = adapt(found, moment);
                Answer::object(found.version(), &found)
            }
            Err(problem) if is_of_today && problem.code() == Code::NotFound => {
                let from = id.to_string();
                let survivor = app
                    .read(move |db| match merge::survivor::<N>(db, &id)? {
                        Some(survivor) => Ok(noun::get::<N>(db, &survivor, moment, &permit)?.map(|_| survivor)),
                        None => Ok(None),
                    })
                    .await?;
                let survivor = survivor.ok_or(problem)?;
                Ok(Answer::moved(&address.replacen(&from, &survivor.to_string(), 1)))
            }
            Err(problem) => Err(problem),
        }
    }

    /// Answers with a part of an object that shows to fewer than the object does: to those whose reach is beyond what is
    /// published.
    pub(crate) async fn get_part<N: Stored, P: Serialize + From<Kept<N>>>(self, id: N::Id) -> Result<Answer, Problem> {
        let Self { app, permit, moment, .. } = self;
        app.read(move |db| {
            let unknown = || Problem::not_found(N::NOUN.label(), &id.to_string());
            let kept = N::find(db, &id)?.ok_or_else(unknown)?;
            let sight = N::sight(db, &id, &kept.record, moment.today)?;
            if !permit.sees(&sight) {
                return Err(unknown());
            }
            if !permit.covers(&Sight { published: false, ..sight }) {
                return Err(Problem::new(Code::Forbidden));
            }
            Answer::object(kept.version, &P::from(kept))
        })
        .await
    }

    /// Answers with the object that a source calls so.
    pub(crate) async fn get_by_source<N: Pushed>(self, external: ExternalId) -> Result<Answer, Problem> {
        let Self { app, permit, moment, .. } = self;
        let found: N = app
            .read(move |db| {
                let shown = match N::by_source(db, &external)? {
                    Some(kept) => noun::show(db, kept, moment, &permit)?,
                    None => None,
                };
                shown.ok_or_else(|| Problem::not_found(N::NOUN.label(), external.source_id.as_str()))
            })
            .await?;
        Answer::object(found.version(), &found)
    }
}

/// The object that the path names.
pub(crate) struct Of<N: Noun>(pub(crate) N::Id);

impl<N: Noun> FromRequest for Of<N> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let named = ["id", "key", "code"].into_iter().find(|name| request.match_info().get(name).is_some());
        ready(path_value(request, named.unwrap_or("id"), str::parse).map(Self))
    }
}

/// The instant at which something is open or not; not asked when left out.
pub(crate) struct OpenStateAt(pub(crate) Option<At>);

impl FromQuery for OpenStateAt {
    fn read(query: &mut Reader) -> Self {
        Self(query.one("open_state_at"))
    }
}

/// The instant whose knowledge is asked for; the present one when left out.
pub(crate) struct KnownAt(pub(crate) Option<DateTime<Utc>>);

impl FromQuery for KnownAt {
    fn read(query: &mut Reader) -> Self {
        Self(query.instant("known_at"))
    }
}

/// What the path says that another system calls the object.
pub(crate) fn external_id(request: &HttpRequest) -> Result<ExternalId, Problem> {
    let source = path_value(request, "source", str::parse)?;
    let source_id = path_value(request, "source_id", str::parse)?;
    Ok(ExternalId { source, source_id })
}
