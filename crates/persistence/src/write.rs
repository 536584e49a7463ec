//! The one road of every write: whoever changes an object does it here, in one transaction with its new
//! version, its entry in the log and its line in the audit.

use digituki_domain::change::Operation;
use digituki_domain::clock::{Clock, Moment};
use digituki_domain::invalid::Violation;
use digituki_domain::noun::{Kept, NounName};
use digituki_domain::policy::{Permit, Sight};
use digituki_domain::role::Role;
use digituki_domain::version::Version;
use digituki_domain::vocabulary::Vocabulary as _;
use serde::{Deserialize, Serialize};

use crate::audit::{self, Deed, Line};
use crate::connection::AnyConnection;
use crate::error::{Error, Result};
use crate::log::{ERASURE, Entry};
use crate::noun::{Step, Stored, Written};
use crate::turn::Turn;

/// Who writes, by which operation, and when.
#[derive(Debug, Clone)]
pub struct Author {
    /// Who writes, and how far that reaches.
    pub permit: Permit,
    /// The operation of the contract, or the command.
    pub operation: String,
    /// What names the request in the log of the process.
    pub request_id: Option<String>,
    /// What tells when: asked once the write has its turn, so that the log's instants follow its numbers.
    pub clock: Clock,
}

impl Author {
    /// What the audit says of it.
    pub fn deed(&self) -> Deed<'_> {
        Deed {
            caller: &self.permit.caller,
            operation: &self.operation,
            request_id: self.request_id.as_deref(),
            at: self.clock.now(),
        }
    }
}

/// A write in progress. It sees the registry as it is, and nobody else writes until it ends.
pub struct Tx<'a> {
    db: &'a mut AnyConnection,
    author: &'a Author,
    moment: Moment,
    turn: &'a mut Turn,
    /// Whom the object that was looked at last shows to; forgotten with every change.
    seen: Option<(NounName, String, Version, Sight)>,
}

impl<'a> Tx<'a> {
    /// Begins in a turn that the caller has taken and is to end.
    pub(crate) fn begin(db: &'a mut AnyConnection, author: &'a Author, turn: &'a mut Turn) -> Self {
        Self { db, author, moment: author.clock.moment(), turn, seen: None }
    }

    /// The database, for questions.
    pub fn db(&mut self) -> &mut AnyConnection {
        self.db
    }

    /// The instant of the write.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// Who writes.
    pub fn author(&self) -> &Author {
        self.author
    }

    /// What the author is to the registry.
    pub fn role(&self) -> Role {
        self.author.permit.caller.role
    }

    /// Does a part of the write that may fail without the others: then nothing of it stays.
    pub fn attempt<T, E: From<Error>>(
        &mut self,
        part: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let before = self.turn.clone();
        self.db.begin_part().map_err(Error::from)?;
        let outcome = part(self);
        let ended = if outcome.is_ok() { self.db.keep_part() } else { self.db.undo_part() };
        ended.map_err(Error::from)?;
        if outcome.is_err() {
            *self.turn = before;
            self.seen = None;
        }
        outcome
    }

    /// Notes in the audit that a part of the write was denied.
    pub fn note_denial(&mut self, noun: NounName, code: &str) -> Result<()> {
        let line = Line::denied(self.deed(), code).about(noun, None);
        audit::append(self.db, &line)
    }

    /// Adds an object.
    pub fn create<N: Stored>(&mut self, id: N::Id, record: N::Record) -> Result<Kept<N>> {
        let kept = Kept::<N> { id, record, version: Version::FIRST };
        let after = self.check_mine(&kept)?;
        self.put(&kept, Step::Insert)?;
        let payload = serde_json::to_string(&kept.record)?;
        self.log(&kept, Operation::Created, (None, Some(&after)), Some(payload))?;
        Ok(kept)
    }

    /// Replaces an object's record. A record that says the same leaves the object, its version and the log
    /// as they are.
    pub fn update<N: Stored>(&mut self, before: Kept<N>, record: N::Record) -> Result<Kept<N>> {
        let seen_before = self.check_mine(&before)?;
        self.replace(before, record, &seen_before, Tx::check_mine)
    }

    /// Replaces an object's record where that follows from a change of another one, whoever it belongs to.
    pub(crate) fn follow<N: Stored>(&mut self, before: Kept<N>, record: N::Record) -> Result<Kept<N>> {
        let seen_before = self.sight(&before)?;
        self.replace(before, record, &seen_before, Tx::sight)
    }

    fn replace<N: Stored>(
        &mut self,
        before: Kept<N>,
        record: N::Record,
        seen_before: &Sight,
        look: impl Fn(&mut Self, &Kept<N>) -> Result<Sight>,
    ) -> Result<Kept<N>> {
        if before.record == record {
            return Ok(before);
        }
        let kept = Kept::<N> { id: before.id, record, version: before.version.next() };
        let seen_after = look(self, &kept)?;
        self.put(&kept, Step::Replace(&before.record))?;
        let payload = serde_json::to_string(&kept.record)?;
        self.log(&kept, Operation::Updated, (Some(seen_before), Some(&seen_after)), Some(payload))?;
        if !seen_before.belongs_with(&seen_after) {
            N::pass_on(self, &kept.id, seen_before)?;
        }
        Ok(kept)
    }

    /// Logs a change of an object that says what it said and belongs to others, for those who see it since or see it no
    /// more. What everyone sees they see as before.
    pub(crate) fn change_hands<N: Stored>(&mut self, before: Kept<N>, belonged: &Sight) -> Result<()> {
        let seen_after = self.sight(&before)?;
        if seen_after.published {
            return Ok(());
        }
        let seen_before = Sight { published: false, ..belonged.clone() };
        let kept = Kept::<N> { version: before.version.next(), ..before };
        self.put(&kept, Step::Replace(&kept.record))?;
        let payload = serde_json::to_string(&kept.record)?;
        self.log(&kept, Operation::Updated, (Some(&seen_before), Some(&seen_after)), Some(payload))
    }

    /// Removes an object.
    pub fn delete<N: Stored>(&mut self, before: Kept<N>) -> Result<()> {
        let seen = self.check_mine(&before)?;
        self.remove::<N>(&before.id)?;
        let kept = Kept::<N> { version: before.version.next(), ..before };
        self.log(&kept, Operation::Deleted, (Some(&seen), None), None)
    }

    /// Removes an object that was merged into another one.
    pub(crate) fn dissolve<N: Stored>(&mut self, before: Kept<N>, survivor: &Kept<N>) -> Result<()> {
        let seen = self.check_mine(&before)?;
        let survivor_seen = self.sight(survivor)?;
        self.remove::<N>(&before.id)?;
        let kept = Kept::<N> { version: before.version.next(), ..before };
        let payload = serde_json::to_string(&Dissolved { survivor: survivor.id.to_string() })?;
        self.log(&kept, Operation::Merged, (Some(&seen), Some(&survivor_seen)), Some(payload))
    }

    fn put<N: Stored>(&mut self, kept: &Kept<N>, step: Step<N::Record>) -> Result<()> {
        N::put(self.db, kept, step)?;
        let outdated = N::outdates(self.db, kept, step)?;
        self.turn.outdated.join(outdated);
        Ok(())
    }

    fn remove<N: Stored>(&mut self, id: &N::Id) -> Result<()> {
        // They may still speak of it.
        self.write_points()?;
        N::remove(self.db, id)
    }

    /// Writes the service points now that are to be written anew before the turn ends, for who is about to read them.
    pub(crate) fn write_points(&mut self) -> Result<()> {
        self.turn.outdated.write(self.db)
    }

    /// To whom an object shows, and whose it is.
    pub fn sight<N: Stored>(&mut self, kept: &Kept<N>) -> Result<Sight> {
        let id = kept.id.to_string();
        if let Some((noun, of, version, sight)) = &self.seen
            && (*noun, of, *version) == (N::NOUN, &id, kept.version)
        {
            return Ok(sight.clone());
        }
        let sight = N::sight(self.db, &kept.id, &kept.record, self.moment.today)?;
        self.seen = Some((N::NOUN, id, kept.version, sight.clone()));
        Ok(sight)
    }

    /// Refuses an object that is not the author's to change.
    pub fn check_mine<N: Stored>(&mut self, kept: &Kept<N>) -> Result<Sight> {
        let sight = self.sight(kept)?;
        if self.author.permit.covers(&sight) { Ok(sight) } else { Err(Error::Forbidden) }
    }

    /// What the audit says of the write.
    pub(crate) fn deed(&self) -> Deed<'a> {
        Deed { at: self.moment.now, ..self.author.deed() }
    }

    /// Logs that payloads were erased by law. Nobody is shown this entry; the chain knows it.
    pub(crate) fn log_erasure(&mut self, object: &str, erased: &[i64]) -> Result<()> {
        let entry = Entry {
            recorded_at: self.moment.now,
            noun: ERASURE,
            object: object.to_owned(),
            operation: Operation::Deleted,
            version: 0,
            actor: &self.author.permit.caller.name,
            before: None,
            after: None,
            record: Some(serde_json::to_string(erased)?),
        };
        self.turn.head.append(self.db, entry, |_| None)
    }

    fn log<N: Stored>(
        &mut self,
        kept: &Kept<N>,
        operation: Operation,
        (before, after): (Option<&Sight>, Option<&Sight>),
        record: Option<String>,
    ) -> Result<()> {
        let entry = Entry {
            recorded_at: self.moment.now,
            noun: N::NOUN.code(),
            object: kept.id.to_string(),
            operation,
            version: kept.version.number(),
            actor: &self.author.permit.caller.name,
            before,
            after,
            record,
        };
        self.seen = None;
        let deed = self.deed();
        let line = |seq| Some(Line::change(deed, N::NOUN, &kept.id.to_string(), seq));
        self.turn.head.append(self.db, entry, line)
    }
}

/// What the log holds of an object that was merged, instead of its record.
#[derive(Serialize, Deserialize)]
pub(crate) struct Dissolved {
    pub(crate) survivor: String,
}

/// What of the facts does not agree with the registry, were they to make an object or to replace one.
pub fn faults<N: Written>(tx: &mut Tx, facts: N::Facts, before: Option<&Kept<N>>) -> Result<Vec<Violation>> {
    let id = before.map_or_else(|| N::new_id(&facts), |before| before.id.clone());
    match N::compose(tx, &id, facts, before.map(|before| &before.record)) {
        // What another object has is in conflict with that one, not wrong.
        Ok(_) | Err(Error::Conflict(_)) => Ok(Vec::new()),
        Err(Error::Refused(violations)) => Ok(violations),
        Err(error) => Err(error),
    }
}

/// Adds an object as a caller wrote it.
pub fn create<N: Written>(tx: &mut Tx, facts: N::Facts) -> Result<Kept<N>> {
    let id = N::new_id(&facts);
    let record = N::compose(tx, &id, facts, None)?;
    tx.create(id, record)
}

/// Replaces what a caller wrote.
pub fn replace<N: Written>(tx: &mut Tx, before: Kept<N>, facts: N::Facts) -> Result<Kept<N>> {
    let record = N::compose(tx, &before.id, facts, Some(&before.record))?;
    tx.update(before, record)
}
