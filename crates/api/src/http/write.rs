//! What every handler that writes uses: the road from a request to the registry and back, with its
//! precondition, its Idempotency-Key and its answer.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use digituki_domain::external_id::{ExternalId, Source};
use digituki_domain::invalid::{Invalid, Violation};
use digituki_domain::merge::Merge;
use digituki_domain::noun::{Kept, Noun};
use digituki_domain::problem::Code;
use digituki_domain::push::{PushOptions, PushOutcome};
use digituki_domain::vocabulary::Vocabulary as _;
use digituki_persistence::Error;
use digituki_persistence::audit::Line;
use digituki_persistence::merge::{self, Merged};
use digituki_persistence::noun::{self, Pushed, Stored, Written};
use digituki_persistence::write::{self, Author, Tx};
use serde::Serialize;

use crate::app::App;
use crate::http::access::{Allowed, RequestId};
use crate::http::answer::{self, Answer};
use crate::http::body::{Body, Empty, Patch, patched};
use crate::http::idempotency;
use crate::http::language;
use crate::http::precondition::Precondition;
use crate::http::problem::Problem;
use crate::http::push::{self, Rows};
use crate::http::query::path_value;
use crate::http::shape::Draft;

/// A request to change something.
pub(crate) struct Write {
    app: Data<App>,
    author: Author,
    precondition: Option<Precondition>,
    /// The Idempotency-Key of a POST.
    key: Option<String>,
    request: HttpRequest,
    address: String,
}

impl FromRequest for Write {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request))
    }
}

impl Write {
    fn read(request: &HttpRequest) -> Result<Self, Problem> {
        // Before anything is written: an answer that cannot be taken would come too late. To a removal there is none.
        if request.method() != Method::DELETE && !answer::accepts(request.headers(), answer::JSON) {
            return Err(Problem::new(Code::NotAcceptable));
        }
        let app = request.app_data::<Data<App>>().ok_or_else(|| Problem::new(Code::InternalError))?.clone();
        let allowed = Allowed::of(request)?;
        let author = Author {
            permit: allowed.permit,
            operation: allowed.operation.to_string(),
            request_id: request.extensions().get::<RequestId>().map(|id| id.0.clone()),
            clock: app.clock,
        };
        let key = if request.method() == Method::POST { idempotency::key(request)? } else { None };
        let address = format!("{}{}", app.settings.public_url(), request.path());
        let precondition = Precondition::of(request.headers());
        Ok(Self { app, author, precondition, key, request: request.clone(), address })
    }

    /// Adds an object.
    pub(crate) async fn create<N: Written>(self, body: Body<N::Facts>) -> Result<Answer, Problem> {
        let address = self.address.clone();
        self.post::<N>(body.digest, move |tx| {
            let facts = settled::<N>(tx, body.draft, None)?;
            let kept = write::create::<N>(tx, facts)?;
            let address = format!("{address}/{}", kept.id);
            Ok(represented(tx, kept)?.created_at(&address))
        })
        .await
    }

    /// Adds what an object in a collection of its own tells of.
    pub(crate) async fn create_in<N: Stored>(
        self,
        collection: &str,
        body: [u8; 32],
        action: impl FnOnce(&mut Tx) -> Result<Kept<N>, Problem> + Send + 'static,
    ) -> Result<Answer, Problem> {
        let address = format!("{}{collection}", self.app.settings.public_url());
        self.post::<N>(body, move |tx| {
            let kept = action(tx)?;
            let address = format!("{address}/{}", kept.id);
            Ok(represented(tx, kept)?.created_at(&address))
        })
        .await
    }

    /// Replaces an object.
    pub(crate) async fn replace<N: Written>(self, id: N::Id, body: Body<N::Facts>) -> Result<Answer, Problem> {
        let precondition = self.required()?;
        self.run::<N>(move |tx| {
            let before = present::<N>(tx, &id)?;
            let facts = settled(tx, body.draft, Some(&before))?;
            precondition.check(before.version)?;
            let kept = write::replace(tx, before, facts)?;
            represented(tx, kept)
        })
        .await
    }

    /// Changes the fields of an object that the patch names (RFC 7396).
    pub(crate) async fn change<N: Written>(self, id: N::Id, patch: Patch) -> Result<Answer, Problem> {
        let precondition = self.required()?;
        self.run::<N>(move |tx| {
            let before = present::<N>(tx, &id)?;
            precondition.check(before.version)?;
            let facts = serde_json::to_value(N::facts(&before.record)).map_err(Error::from)?;
            let draft = patched(facts, &patch.patch).map_err(Problem::invalid)?;
            let facts = settled(tx, draft, Some(&before))?;
            let kept = write::replace(tx, before, facts)?;
            represented(tx, kept)
        })
        .await
    }

    /// Removes an object.
    pub(crate) async fn delete<N: Stored>(self, id: N::Id) -> Result<Answer, Problem> {
        let precondition = self.required()?;
        self.run::<N>(move |tx| {
            let before = present::<N>(tx, &id)?;
            precondition.check(before.version)?;
            N::check_removal(&before)?;
            tx.delete(before)?;
            Ok(Answer::nothing())
        })
        .await
    }

    /// Replaces a part of an object that has an address of its own.
    pub(crate) async fn replace_part<N: Stored, B: Send + 'static, P: Serialize + From<Kept<N>>>(
        self,
        id: N::Id,
        body: Body<B>,
        action: impl FnOnce(&mut Tx, Kept<N>, B) -> Result<Kept<N>, Error> + Send + 'static,
    ) -> Result<Answer, Problem> {
        let precondition = self.required()?;
        self.run::<N>(move |tx| {
            let part = sound(body.draft)?;
            let before = present::<N>(tx, &id)?;
            precondition.check(before.version)?;
            let kept = action(tx, before, part)?;
            Answer::object(kept.version, &P::from(kept))
        })
        .await
    }

    /// Does something to an object that is more than a change of its fields.
    pub(crate) async fn act<N: Stored>(
        self,
        id: N::Id,
        body: Empty,
        action: impl FnOnce(&mut Tx, Kept<N>) -> Result<Kept<N>, Error> + Send + 'static,
    ) -> Result<Answer, Problem> {
        let precondition = self.precondition.clone();
        self.post::<N>(body.digest, move |tx| {
            let before = present::<N>(tx, &id)?;
            if let Some(precondition) = precondition {
                precondition.check(before.version)?;
            }
            let kept = action(tx, before)?;
            represented(tx, kept)
        })
        .await
    }

    /// The same with what the body says of it.
    pub(crate) async fn act_with<N: Stored, B: Send + 'static>(
        self,
        id: N::Id,
        body: Body<B>,
        action: impl FnOnce(&mut Tx, Kept<N>, B) -> Result<Kept<N>, Error> + Send + 'static,
    ) -> Result<Answer, Problem> {
        let precondition = self.precondition.clone();
        self.post::<N>(body.digest, move |tx| {
            let said = sound(body.draft)?;
            let before = present::<N>(tx, &id)?;
            if let Some(precondition) = precondition {
                precondition.check(before.version)?;
            }
            let kept = action(tx, before, said)?;
            represented(tx, kept)
        })
        .await
    }

    /// Merges the object that the body names into the one at the path.
    pub(crate) async fn merge<N: Merged>(self, id: N::Id, body: Body<Merge>) -> Result<Answer, Problem> {
        let precondition = self.precondition.clone();
        self.post::<N>(body.digest, move |tx| {
            let Merge { other } = sound(body.draft)?;
            let survivor = present::<N>(tx, &id)?;
            if let Some(precondition) = precondition {
                precondition.check(survivor.version)?;
            }
            let refuse = |invalid| Problem::invalid(vec![Violation::pointer("/other", invalid)]);
            let other_id: N::Id = other.as_str().parse().map_err(refuse)?;
            let other = match present::<N>(tx, &other_id) {
                Ok(other) => other,
                Err(problem) if problem.code() == Code::NotFound => {
                    return Err(refuse(Invalid::NoSuch { value: other.to_string() }));
                }
                Err(problem) => return Err(problem),
            };
            let kept = merge::merge(tx, survivor, other)?;
            represented(tx, kept)
        })
        .await
    }

    /// Creates or replaces the object that a source calls so.
    pub(crate) async fn upsert<N: Pushed>(self, external: ExternalId, body: Body<N::Facts>) -> Result<Answer, Problem> {
        let precondition = self.precondition.clone();
        let collection = self.address.split("/by-source/").next().unwrap_or_default().to_owned();
        self.run::<N>(move |tx| {
            let (outcome, kept) = push::upsert::<N>(tx, external, body.draft, precondition.as_ref())?;
            let address = format!("{collection}/{}", kept.id);
            let answer = represented(tx, kept)?;
            Ok(if outcome == PushOutcome::Created { answer.created_at(&address) } else { answer })
        })
        .await
    }

    /// Creates or replaces the objects that a source calls so.
    pub(crate) async fn push<N: Pushed>(self, options: PushOptions, rows: Rows<N::Facts>) -> Result<Answer, Problem> {
        let source: Source = path_value(&self.request, "source", str::parse)?;
        let digest = rows.digest;
        let language = language::preferred(self.request.headers());
        let work = move |tx: &mut Tx| Answer::json(&push::all::<N>(tx, &source, options.mode, rows, language)?);
        Ok(self.post::<N>(digest, work).await?.in_language(language))
    }

    fn required(&self) -> Result<Precondition, Problem> {
        self.precondition.clone().ok_or_else(|| Problem::new(Code::PreconditionRequired))
    }

    /// Does the work of a POST once, however often it is sent with the same key.
    async fn post<N: Noun>(
        self,
        body: [u8; 32],
        work: impl FnOnce(&mut Tx) -> Result<Answer, Problem> + Send + 'static,
    ) -> Result<Answer, Problem> {
        let Some(key) = self.key.clone() else {
            return self.run::<N>(work).await;
        };
        let digest = idempotency::digest(&self.request, &body);
        let turn = self.app.in_flight.enter(&self.author.permit.caller.name, &key)?;
        self.run::<N>(move |tx| {
            let _turn = turn;
            match tx.recall(&key)? {
                Some(first) if first.request_digest == digest => return Ok(Answer::again(first)),
                Some(_) => return Err(Problem::new(Code::IdempotencyKeyReused)),
                None => (),
            }
            let answer = work(tx)?;
            tx.remember(&key, answer.keep(digest))?;
            Ok(answer)
        })
        .await
    }

    /// Does the work in one write, and notes a denial in the audit.
    async fn run<N: Noun>(
        self,
        work: impl FnOnce(&mut Tx) -> Result<Answer, Problem> + Send + 'static,
    ) -> Result<Answer, Problem> {
        let Self { app, author, request, .. } = self;
        let outcome = app.write(author.clone(), work).await;
        if let Err(problem) = &outcome
            && problem.is_denial()
        {
            let object: Option<N::Id> = request.match_info().get("id").and_then(|id| id.parse().ok());
            let line = Line::denied(author.deed(), Code::Forbidden.as_str());
            app.audit(line.about(N::NOUN, object.map(|id| id.to_string()))).await;
        }
        outcome
    }
}

/// An object that is to be changed: not there for whoever may not see it, forbidden to whom it does not belong.
fn present<N: Stored>(tx: &mut Tx, id: &N::Id) -> Result<Kept<N>, Problem> {
    let unknown = || Problem::not_found(N::NOUN.label(), &id.to_string());
    let Some(kept) = N::find(tx.db(), id)? else {
        let (permit, moment) = (tx.author().permit.clone(), tx.moment());
        return Err(match merge::survivor::<N>(tx.db(), id)? {
            Some(survivor) if noun::get::<N>(tx.db(), &survivor, moment, &permit)?.is_some() => {
                Problem::merged(&id.to_string(), &survivor.to_string())
            }
            _ => unknown(),
        });
    };
    let sight = tx.sight(&kept)?;
    match &tx.author().permit {
        permit if permit.covers(&sight) => Ok(kept),
        permit if permit.sees(&sight) => Err(Problem::new(Code::Forbidden)),
        _ => Err(unknown().hiding_a_denial()),
    }
}

/// What a caller wrote, where it is not held to more than its own rules.
pub(crate) fn sound<T>(draft: Draft<T>) -> Result<T, Problem> {
    match draft {
        Draft::Sound(whole) => Ok(whole),
        Draft::Faulty(_, faults) => Err(Problem::invalid(faults.and(Vec::new()))),
    }
}

/// The facts that a caller wrote; or all that is wrong with them, also where they do not agree with the registry.
pub(crate) fn settled<N: Written>(
    tx: &mut Tx,
    draft: Draft<N::Facts>,
    before: Option<&Kept<N>>,
) -> Result<N::Facts, Problem> {
    match draft {
        Draft::Sound(mut facts) => {
            N::settle(&mut facts);
            Ok(facts)
        }
        Draft::Faulty(mut rest, faults) if faults.leave_little() => {
            N::settle(&mut rest);
            Err(Problem::invalid(faults.and(write::faults(tx, rest, before)?)))
        }
        Draft::Faulty(_, faults) => Err(Problem::invalid(faults.and(Vec::new()))),
    }
}

/// The answer with an object as it is after the write.
fn represented<N: Stored>(tx: &mut Tx, kept: Kept<N>) -> Result<Answer, Problem> {
    let (moment, version) = (tx.moment(), kept.version);
    let object = N::represent(tx.db(), vec![kept], moment)?.pop().ok_or_else(|| Problem::new(Code::InternalError))?;
    Answer::object(version, &object)
}
