//! Whether the log is what was written: every entry there, in its order, unchanged.

use diesel::prelude::*;

use crate::connection::AnyConnection;
use crate::error::Result;
use crate::log::{Head, Row, payload_digest};
use crate::schema::{changes, payloads};

const BATCH: i64 = 1_000;
const MOST_FAULTS: usize = 100;

/// What was found in the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many entries were looked at.
    pub entries: usize,
    /// What is wrong, one sentence each, at most a hundred.
    pub faults: Vec<String>,
}

/// An entry, whether its payload's row is there, and what stands in it.
type Entry = (Row, Option<i64>, Option<String>, Option<String>);

/// Looks at the whole log.
pub fn verify(db: &mut AnyConnection) -> Result<Report> {
    let mut report = Report::default();
    let mut last = Head { seq: 0, digest: String::new() };
    loop {
        let entries: Vec<Entry> = changes::table
            .left_join(payloads::table.on(payloads::seq.eq(changes::seq)))
            .filter(changes::seq.gt(last.seq))
            .order(changes::seq)
            .limit(BATCH)
            .select((Row::as_select(), payloads::seq.nullable(), payloads::salt.nullable(), payloads::data.nullable()))
            .load(db)?;
        if entries.is_empty() {
            break;
        }
        for (row, there, salt, data) in entries {
            report.look_at(&row, there.map(|_| (salt, data)), &last);
            last = Head { seq: row.seq, digest: row.digest };
        }
    }
    let head = Head::read(db)?;
    if head.seq > last.seq {
        report.missing(last.seq + 1, head.seq);
    } else if head != last {
        report.fault(format!("the log ends with entry {}, but its end is recorded at entry {}", last.seq, head.seq));
    }
    Ok(report)
}

impl Report {
    fn look_at(&mut self, row: &Row, payload: Option<(Option<String>, Option<String>)>, last: &Head) {
        self.entries += 1;
        let seq = row.seq;
        if seq > last.seq + 1 {
            self.missing(last.seq + 1, seq - 1);
        } else if row.digest != row.chained_to(&last.digest) {
            self.fault(format!("entry {seq} is not what was written after entry {}", last.seq));
        }
        match payload {
            None => self.fault(format!("the payload of entry {seq} is missing")),
            Some((Some(salt), Some(data))) if payload_digest(&salt, Some(&data)) != row.payload_digest => {
                self.fault(format!("the payload of entry {seq} is not what was written"));
            }
            // Neither salt nor data: erased by law, or the object was removed.
            Some((Some(_), Some(_)) | (None, None)) => (),
            Some(_) => self.fault(format!("the payload of entry {seq} is only half there")),
        }
    }

    fn missing(&mut self, first: i64, last: i64) {
        self.fault(if first == last {
            format!("entry {first} is missing")
        } else {
            format!("entries {first} to {last} are missing")
        });
    }

    fn fault(&mut self, fault: String) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }
}
