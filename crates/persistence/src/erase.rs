//! Erasure by law: of an object nothing remains but that there was one. The chain of the log stays whole,
//! because it holds the digests of payloads and not the payloads.

use diesel::prelude::*;
use digituki_domain::application::Application;
use digituki_domain::assessment::Assessment;
use digituki_domain::assessment_framework::AssessmentFramework;
use digituki_domain::assessment_round::AssessmentRound;
use digituki_domain::call::Call;
use digituki_domain::change_request::ChangeRequest;
use digituki_domain::decision::Decision;
use digituki_domain::evaluation::Evaluation;
use digituki_domain::grant::Grant;
use digituki_domain::location::Location;
use digituki_domain::noun::NounName;
use digituki_domain::organisation::Organisation;
use digituki_domain::pilot::Pilot;
use digituki_domain::programme::Programme;
use digituki_domain::provider::Provider;
use digituki_domain::report::Report;
use digituki_domain::service::Service;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::audit::{self, Line};
use crate::error::{Error, Result};
use crate::noun::Stored;
use crate::schema::{changes, payloads};
use crate::write::Tx;
use crate::{feed, idempotency};

/// Erases an object: removes it, if it is still there, and every payload that the log holds of it. With a
/// version, only the payload of that version, which may not be the present one. Says how many payloads.
pub fn erase(tx: &mut Tx, noun: NounName, object: &str, version: Option<i64>) -> Result<usize> {
    match noun {
        NounName::Programme => erase_of::<Programme>(tx, object, version),
        NounName::Call => erase_of::<Call>(tx, object, version),
        NounName::Application => erase_of::<Application>(tx, object, version),
        NounName::Decision => erase_of::<Decision>(tx, object, version),
        NounName::Pilot => erase_of::<Pilot>(tx, object, version),
        NounName::Evaluation => erase_of::<Evaluation>(tx, object, version),
        NounName::Grant => erase_of::<Grant>(tx, object, version),
        NounName::ChangeRequest => erase_of::<ChangeRequest>(tx, object, version),
        NounName::Report => erase_of::<Report>(tx, object, version),
        NounName::Provider => erase_of::<Provider>(tx, object, version),
        NounName::Organisation => erase_of::<Organisation>(tx, object, version),
        NounName::Location => erase_of::<Location>(tx, object, version),
        NounName::Service => erase_of::<Service>(tx, object, version),
        NounName::AssessmentFramework => erase_of::<AssessmentFramework>(tx, object, version),
        NounName::AssessmentRound => erase_of::<AssessmentRound>(tx, object, version),
        NounName::Assessment => erase_of::<Assessment>(tx, object, version),
        // Named, so that whoever adds a noun has to say whether people write in it.
        NounName::Area | NounName::Municipality => {
            Err(Error::Unforeseen(format!("nobody writes a {}: there is nothing to erase", noun.code())))
        }
    }
}

fn erase_of<N: Stored>(tx: &mut Tx, object: &str, version: Option<i64>) -> Result<usize> {
    let id = object.parse::<N::Id>().map_err(|_| Error::Unforeseen(format!("{object:?} is no id")))?;
    let present = N::find(tx.db(), &id)?;
    match (present, version) {
        (Some(kept), Some(version)) if kept.version.number() == version => {
            return Err(Error::Unforeseen(format!("version {version} is the present one: change the object first")));
        }
        (Some(kept), None) => tx.delete(kept)?,
        _ => (),
    }
    let mut entries = feed::of_object(N::NOUN, object.to_owned()).into_boxed();
    if let Some(version) = version {
        entries = entries.filter(changes::version.eq(version));
    }
    let seqs: Vec<i64> = entries.select(changes::seq).load(tx.db())?;
    if seqs.is_empty() {
        return Err(Error::Unforeseen(format!("the log holds nothing of the {} {object}", N::NOUN.code())));
    }
    let held = || payloads::table.filter(payloads::seq.eq_any(seqs.clone())).filter(payloads::data.is_not_null());
    let erased: Vec<i64> = held().select(payloads::seq).order(payloads::seq).load(tx.db())?;
    let nothing = (payloads::salt.eq(None::<String>), payloads::data.eq(None::<String>));
    diesel::update(held()).set(nothing).execute(tx.db())?;
    tx.log_erasure(object, &erased)?;
    idempotency::forget(tx.db(), object)?;
    let line = Line::done(tx.deed(), Some(object));
    audit::append(tx.db(), &line)?;
    Ok(erased.len())
}
