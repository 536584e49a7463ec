//! Tables, words and amounts as a reader likes them.

use digituki_domain::problem::Code;

/// A table with its columns aligned; each row has a cell for each column.
pub(super) fn table<R: AsRef<[String]>>(head: &[&str], rows: impl IntoIterator<Item = R>) -> String {
    let escaped = |row: R| row.as_ref().iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>();
    let mut rows: Vec<_> = rows.into_iter().map(escaped).collect();
    rows.insert(0, head.iter().map(ToString::to_string).collect());
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    rows.insert(1, widths.iter().map(|width| "-".repeat(*width)).collect());
    let line = |row: Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    rows.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A word of the contract.
pub(super) fn code(word: impl std::fmt::Display) -> String {
    format!("`{word}`")
}

/// How the registry answers what it does not take. A fault's code stands in the problem's `errors`.
pub(super) fn refusal(by: Code) -> String {
    format!("{} {}", by.status(), code(by.as_str()))
}

/// A whole number with commas between its thousands.
pub(super) fn number(number: impl TryInto<u64>) -> String {
    let digits = whole(number).to_string();
    let (first, rest) = digits.split_at((digits.len() - 1) % 3 + 1);
    rest.as_bytes().chunks(3).fold(first.to_owned(), |shown, group| shown + "," + &String::from_utf8_lossy(group))
}

/// A span of time, in the greatest unit that makes it whole.
pub(super) fn span(seconds: impl TryInto<u64>) -> String {
    let (count, unit) = in_units(whole(seconds), &[(3_600, "hour"), (60, "minute"), (1, "second")]);
    format!("{} {unit}{}", number(count), if count == 1 { "" } else { "s" })
}

/// A number of bytes, in the greatest unit that makes it whole.
pub(super) fn size(bytes: impl TryInto<u64>) -> String {
    let (count, unit) = in_units(whole(bytes), &[(1_048_576, "MiB"), (1_024, "KiB"), (1, "bytes")]);
    format!("{} {unit}", number(count))
}

fn whole(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or(u64::MAX)
}

fn in_units<'a>(amount: u64, units: &[(u64, &'a str)]) -> (u64, &'a str) {
    let fits = units.iter().find(|(unit, _)| amount.is_multiple_of(*unit));
    fits.map_or((amount, ""), |(unit, name)| (amount / unit, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_table_are_aligned_and_a_bar_is_no_column() {
        let rows = [["å".to_owned(), "x|y".to_owned()], ["bbb".to_owned(), String::new()]];
        assert_eq!(table(&["a", "b"], rows), "| a   | b    |\n| --- | ---- |\n| å   | x\\|y |\n| bbb |      |");
    }

    #[test]
    fn amounts_read_well() {
        let numbers = [0_u64, 999, 1_000, 65_534, 9_007_199_254_740_991].map(number);
        assert_eq!(numbers, ["0", "999", "1,000", "65,534", "9,007,199,254,740,991"]);
        let spans = [1, 60, 90, 900, 86_400].map(span);
        assert_eq!(spans, ["1 second", "1 minute", "90 seconds", "15 minutes", "24 hours"]);
        assert_eq!([500, 131_072, 1_048_576].map(size), ["500 bytes", "128 KiB", "1 MiB"]);
    }
}
