//! Weights that this project proposes and a caller may change: how much each of some values counts beside the others.

use std::str::FromStr;

use crate::invalid::{Form, Invalid};
use crate::vocabulary::Vocabulary;

/// The most that anything counts.
pub(crate) const MOST: i32 = 100;

/// Reads `code:weight`, with a whole number from 0 to 100.
pub(crate) fn parse<T: FromStr<Err = Invalid>>(value: &str) -> Result<(T, i32), Invalid> {
    let malformed = || Invalid::Malformed { value: value.to_owned(), expected: Form::Weight };
    let (code, number) = value.split_once(':').ok_or_else(malformed)?;
    let code = code.parse()?;
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || (digits.len() > 1 && digits.starts_with('0')) {
        return Err(malformed());
    }
    if let Ok(weight @ 0..=MOST) = number.parse() {
        return Ok((code, weight));
    }
    let (min, max) = ("0".to_owned(), MOST.to_string());
    Err(Invalid::OutOfRange { value: number.to_owned(), min, max })
}

/// What is asked for, and what is proposed of the rest. Refuses what is given two weights.
pub(crate) fn changed<T: Vocabulary + PartialEq>(
    proposed: &[(T, i32)],
    asked: &[(T, i32)],
) -> Result<Vec<(T, i32)>, Invalid> {
    let mut all = proposed.to_vec();
    for (index, (code, weight)) in asked.iter().enumerate() {
        if asked[..index].iter().any(|(other, before)| other == code && before != weight) {
            return Err(Invalid::RepeatedValue { value: code.code().to_owned() });
        }
        all.iter_mut().filter(|(known, _)| known == code).for_each(|(_, known)| *known = *weight);
    }
    Ok(all)
}
