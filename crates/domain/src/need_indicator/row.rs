//! Rows on their way in: each is held to the rules as it comes, and what is wrong with it is named by its number and its
//! column. What is kept of a row meanwhile is little: texts that come again and again are kept once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::str::FromStr;

use chrono::NaiveDate;

use super::cell::{Cells, Column};
use super::code::{IndicatorCode, IndicatorUnit, within};
use super::load::MOST_TEXTS;
use super::text::{IndicatorMethod, IndicatorSource};
use crate::area::MunicipalityCode;
use crate::date::{FIRST_YEAR, parse_day};
use crate::invalid::{Invalid, Violation};
use crate::validity::Validity;
use crate::vocabulary::Vocabulary as _;

/// How many rows one load has at most.
pub const MOST_ROWS: usize = 200_000;
/// How many faults of a load are told at most; it is read no further then.
pub const MOST_FAULTS: usize = 100;

/// A row that keeps the rules. Its texts stand once in what is loaded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    municipality: u16,
    source: u16,
    method: u16,
    /// What it is that is known.
    pub indicator: IndicatorCode,
    /// The day that the figure is of.
    pub date: NaiveDate,
    /// The figure.
    pub value: f64,
    /// How far the true figure may lie from it.
    pub uncertainty: Option<f64>,
}

/// Values of which each is kept once.
#[derive(Debug)]
struct Kept<T> {
    all: Vec<T>,
    numbers: HashMap<String, u16>,
    most: usize,
}

impl<T: FromStr<Err = Invalid>> Kept<T> {
    fn new(most: usize) -> Self {
        Self { all: Vec::new(), numbers: HashMap::new(), most }
    }

    /// The number of a value.
    fn number(&mut self, text: &str) -> Result<u16, Invalid> {
        if let Some(number) = self.numbers.get(text) {
            return Ok(*number);
        }
        let value: T = text.parse()?;
        let too_many = || Invalid::TooMany { max: self.most };
        let number = u16::try_from(self.all.len()).ok().filter(|number| usize::from(*number) < self.most);
        let number = number.ok_or_else(too_many)?;
        self.all.push(value);
        self.numbers.insert(text.to_owned(), number);
        Ok(number)
    }
}

/// Takes the rows of a load as they come.
#[derive(Debug)]
pub struct Rows {
    municipalities: BTreeMap<MunicipalityCode, Validity>,
    today: NaiveDate,
    /// Whether they are made up, which nobody else may say.
    is_demonstration: bool,
    codes: Kept<MunicipalityCode>,
    sources: Kept<IndicatorSource>,
    methods: Kept<IndicatorMethod>,
    taken: Vec<Row>,
    seen: HashSet<(u16, IndicatorCode, NaiveDate)>,
    count: usize,
    faults: Vec<Violation>,
    is_over: bool,
}

impl Rows {
    /// Takes rows of these municipalities, of days up to today.
    pub fn new(municipalities: BTreeMap<MunicipalityCode, Validity>, today: NaiveDate) -> Self {
        Self {
            codes: Kept::new(municipalities.len()),
            sources: Kept::new(MOST_TEXTS),
            methods: Kept::new(MOST_TEXTS),
            municipalities,
            today,
            is_demonstration: false,
            taken: Vec::new(),
            seen: HashSet::new(),
            count: 0,
            faults: Vec::new(),
            is_over: false,
        }
    }

    /// The same for rows that are made up.
    #[must_use]
    pub fn of_demonstration(self) -> Self {
        Self { is_demonstration: true, ..self }
    }

    /// Takes the next row.
    pub fn take(&mut self, cells: &Cells) {
        let Some(number) = self.begin() else { return };
        for step in &cells.unknown {
            self.refuse(&place(number, Some(step)), Invalid::UnknownField { allowed: Column::names() });
        }
        match self.read(cells) {
            Ok(row) if !self.seen.insert((row.municipality, row.indicator, row.date)) => {
                let value = format!("{} {} {}", self.codes.all[usize::from(row.municipality)], row.indicator, row.date);
                self.refuse(&place(number, None), Invalid::RepeatedValue { value });
            }
            Ok(row) => self.taken.push(row),
            Err(faults) => {
                for (column, invalid) in faults {
                    self.refuse(&place(number, Some(column.name())), invalid);
                }
            }
        }
    }

    /// Passes over the next row, which cannot be read: in a column, or as a whole.
    pub fn take_unreadable(&mut self, step: Option<&str>, invalid: Invalid) {
        if let Some(number) = self.begin() {
            self.refuse(&place(number, step), invalid);
        }
    }

    /// Notes what is wrong with the load beside its rows.
    pub fn refuse(&mut self, pointer: &str, invalid: Invalid) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Violation::pointer(pointer, invalid));
        }
        self.is_over |= self.faults.len() >= MOST_FAULTS;
    }

    /// Notes what is wrong with the load beside its rows, so that none of them can be read any more.
    pub fn give_up(&mut self, pointer: &str, invalid: Invalid) {
        self.refuse(pointer, invalid);
        self.is_over = true;
    }

    /// Reads no further.
    pub fn stop(&mut self) {
        self.is_over = true;
    }

    /// Whether there is no use in reading on.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// All rows; or what is wrong with them.
    pub fn finish(mut self) -> Result<Loaded, Vec<Violation>> {
        if self.count == 0 && self.faults.is_empty() {
            self.refuse("/rows", Invalid::MissingField);
        }
        if !self.faults.is_empty() {
            return Err(self.faults);
        }
        let Self { codes, sources, methods, taken: mut rows, is_demonstration, .. } = self;
        let (codes, sources, methods) = (codes.all, sources.all, methods.all);
        rows.sort_by(|one, other| {
            let key = |row: &Row| (&codes[usize::from(row.municipality)], row.indicator.code(), row.date);
            key(one).cmp(&key(other))
        });
        Ok(Loaded { codes, sources, methods, rows, is_demonstration })
    }

    /// The number of the next row, if one more may come.
    fn begin(&mut self) -> Option<usize> {
        if self.count >= MOST_ROWS {
            self.give_up("/rows", Invalid::TooMany { max: MOST_ROWS });
            return None;
        }
        self.count += 1;
        Some(self.count - 1)
    }

    fn read(&mut self, cells: &Cells) -> Result<Row, Vec<(Column, Invalid)>> {
        let mut faults = Faults::default();
        let date = faults.needed(Column::Date, self.date(cells));
        let municipality = faults.needed(Column::Municipality, self.municipality(cells, date));
        let indicator = faults.needed(Column::Indicator, parsed::<IndicatorCode>(cells, Column::Indicator));
        let unit = indicator.map(IndicatorCode::unit);
        let value = faults.needed(Column::Value, figure(cells, Column::Value, unit));
        let said = faults.of(Column::Unit, parsed::<IndicatorUnit>(cells, Column::Unit));
        if said.zip(unit).is_some_and(|(said, unit)| said != unit) {
            faults.0.push((Column::Unit, Invalid::Contradictory));
        }
        let source = faults.needed(Column::Source, self.source(cells));
        let method = cells.text(Column::Method);
        let method = method.and_then(|text| text.map(|text| self.methods.number(text)).transpose());
        let method = faults.needed(Column::Method, method);
        // A share that may be off by more than a hundred says nothing; what may be off by half a person is known so.
        let uncertainty = cells.number(Column::Uncertainty).and_then(|number| {
            let most = unit.map_or(IndicatorUnit::Persons.most(), IndicatorUnit::most);
            number.map(|number| within(number, most)).transpose()
        });
        let uncertainty = faults.of(Column::Uncertainty, uncertainty);
        match (municipality, indicator, date, value, source, method) {
            (Some(municipality), Some(indicator), Some(date), Some(value), Some(source), Some(method))
                if faults.0.is_empty() =>
            {
                Ok(Row { municipality, source, method, indicator, date, value, uncertainty })
            }
            _ => {
                faults.0.sort_by_key(|(column, _)| *column as usize);
                Err(faults.0)
            }
        }
    }

    fn date(&self, cells: &Cells) -> Result<Option<NaiveDate>, Invalid> {
        let Some(text) = cells.text(Column::Date)? else { return Ok(None) };
        match parse_day(text)? {
            day if day <= self.today => Ok(Some(day)),
            _ => Err(Invalid::OutOfRange {
                value: text.to_owned(),
                min: format!("{FIRST_YEAR}-01-01"),
                max: self.today.to_string(),
            }),
        }
    }

    fn municipality(&mut self, cells: &Cells, date: Option<NaiveDate>) -> Result<Option<u16>, Invalid> {
        let Some(text) = cells.text(Column::Municipality)? else { return Ok(None) };
        let code: MunicipalityCode = text.parse()?;
        let no_such = || Invalid::NoSuch { value: code.id().to_string() };
        let validity = self.municipalities.get(&code).ok_or_else(no_such)?;
        match date {
            Some(day) if !validity.holds_on(day) => Err(Invalid::NotValidAt { value: code.id().to_string(), day }),
            _ => self.codes.number(text).map(Some),
        }
    }

    fn source(&mut self, cells: &Cells) -> Result<Option<u16>, Invalid> {
        let Some(text) = cells.text(Column::Source)? else { return Ok(None) };
        let number = self.sources.number(text)?;
        if self.sources.all[usize::from(number)].is_demonstration() && !self.is_demonstration {
            return Err(Invalid::Reserved { value: text.to_owned() });
        }
        Ok(Some(number))
    }
}

/// What is wrong with a row, by column.
#[derive(Default)]
struct Faults(Vec<(Column, Invalid)>);

impl Faults {
    fn of<T>(&mut self, column: Column, read: Result<Option<T>, Invalid>) -> Option<T> {
        read.unwrap_or_else(|invalid| {
            self.0.push((column, invalid));
            None
        })
    }

    fn needed<T>(&mut self, column: Column, read: Result<Option<T>, Invalid>) -> Option<T> {
        self.of(column, read.and_then(|value| value.map_or(Err(Invalid::MissingField), |value| Ok(Some(value)))))
    }
}

fn parsed<T: FromStr<Err = Invalid>>(cells: &Cells, column: Column) -> Result<Option<T>, Invalid> {
    cells.text(column)?.map(str::parse).transpose()
}

/// A figure; where the indicator is not known, one that some indicator can have.
fn figure(cells: &Cells, column: Column, unit: Option<IndicatorUnit>) -> Result<Option<f64>, Invalid> {
    let check = |number| unit.map_or_else(|| within(number, IndicatorUnit::Persons.most()), |unit| unit.check(number));
    cells.number(column)?.map(check).transpose()
}

/// Where a row stands, or a column of it.
fn place(number: usize, step: Option<&str>) -> String {
    match step {
        Some(step) => format!("/rows/{number}/{step}"),
        None => format!("/rows/{number}"),
    }
}

/// Rows that keep the rules, in the order of municipality, indicator and day.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    codes: Vec<MunicipalityCode>,
    sources: Vec<IndicatorSource>,
    methods: Vec<IndicatorMethod>,
    rows: Vec<Row>,
    is_demonstration: bool,
}

impl Loaded {
    /// The rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The municipality of a row.
    pub fn municipality(&self, row: &Row) -> &MunicipalityCode {
        &self.codes[usize::from(row.municipality)]
    }

    /// Where a row comes from.
    pub fn source(&self, row: &Row) -> &IndicatorSource {
        &self.sources[usize::from(row.source)]
    }

    /// How a row was found.
    pub fn method(&self, row: &Row) -> &IndicatorMethod {
        &self.methods[usize::from(row.method)]
    }

    /// Whether it is made up.
    pub fn is_demonstration(&self) -> bool {
        self.is_demonstration
    }

    /// Where all of it comes from, in the order of the letters.
    pub fn sources(&self) -> Vec<IndicatorSource> {
        let sources: BTreeSet<&IndicatorSource> = self.sources.iter().collect();
        sources.into_iter().cloned().collect()
    }

    /// Of what it is, in the order of the code list.
    pub fn indicators(&self) -> Vec<IndicatorCode> {
        let indicators: BTreeSet<IndicatorCode> = self.rows.iter().map(|row| row.indicator).collect();
        indicators.into_iter().collect()
    }

    /// Its first and its last day.
    pub fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        let days = || self.rows.iter().map(|row| row.date);
        days().min().zip(days().max())
    }

    /// A row in the one way in which it is written for the digest.
    pub fn canonical(&self, row: &Row) -> String {
        let (municipality, source, method) = (self.municipality(row), self.source(row), self.method(row));
        let columns = (municipality, row.indicator, row.date, row.value, row.uncertainty, source, method);
        serde_json::to_string(&columns).unwrap_or_default() + "\n"
    }

    /// Without the rows that are not wanted.
    #[must_use]
    pub fn retaining(mut self, is_wanted: impl Fn(&MunicipalityCode, &Row) -> bool) -> Self {
        let codes = std::mem::take(&mut self.codes);
        self.rows.retain(|row| is_wanted(&codes[usize::from(row.municipality)], row));
        Self { codes, ..self }
    }
}
