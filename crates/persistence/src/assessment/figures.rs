//! What the registry itself knows of a subject: the evidence that an assessment begins with.

use std::collections::{BTreeMap, BTreeSet};

use digituki_domain::area::AreaId;
use digituki_domain::assessment::AssessmentFigure;
use digituki_domain::assessment_framework::AssessmentFrameworkFacts;
use digituki_domain::assessment_round::SubjectId;
use digituki_domain::availability::{Overview, SupplyFilter};
use digituki_domain::clock::Moment;
use digituki_domain::gap::{AvailabilityWeights, MunicipalityGap};
use digituki_domain::metric::{Figure, MetricCode};
use digituki_domain::need_index::Weights;
use digituki_domain::need_indicator::{IndicatorCode, IndicatorUnit};
use digituki_domain::pilot::Pilot;
use digituki_domain::vocabulary::Vocabulary as _;

use crate::connection::AnyConnection;
use crate::error::{Error, Result};
use crate::noun::Stored as _;
use crate::service_point::Known;
use crate::{availability, gap, municipality, need_indicator};

/// What is told of a municipality by itself.
type Told = fn(&MunicipalityGap) -> Option<f64>;

/// The indices of a municipality.
const INDICES: [(MetricCode, Told); 3] = [
    (MetricCode::NeedIndex, |gap| gap.need.index),
    (MetricCode::AvailabilityIndex, |gap| gap.availability.index),
    (MetricCode::Gap, |gap| gap.gap),
];

/// The figures of a subject today, by the metrics that each criterion names; what cannot be told of it is null.
pub(super) fn of(
    db: &mut AnyConnection,
    subject: &SubjectId,
    framework: &AssessmentFrameworkFacts,
    moment: Moment,
) -> Result<Vec<AssessmentFigure>> {
    let wanted: BTreeSet<MetricCode> =
        framework.criteria().flat_map(|criterion| criterion.metrics.iter().copied()).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let figures = match subject {
        SubjectId::Region(code) => of_areas(db, &[AreaId::region(code)], &wanted, moment)?,
        SubjectId::Pilot(id) => {
            let pilot = Pilot::find(db, id)?;
            let pilot = pilot.ok_or_else(|| Error::Unforeseen(format!("no pilot {id} is stored")))?;
            of_areas(db, &pilot.record.facts.areas, &wanted, moment)?
        }
        SubjectId::Provider(id) => availability::of_provider(db, *id, moment)?,
    };
    let by_metric: BTreeMap<MetricCode, Figure> = figures.into_iter().map(|figure| (figure.metric, figure)).collect();
    let named =
        framework.criteria().flat_map(|criterion| criterion.metrics.iter().map(|metric| (&criterion.code, *metric)));
    let evidence = named.map(|(criterion, metric)| {
        let figure = by_metric.get(&metric).copied().unwrap_or(Figure::of(metric, None));
        AssessmentFigure::new(criterion.clone(), figure, moment.today)
    });
    Ok(evidence.collect())
}

/// The figures of the union of areas, read once: these are worked out while others wait to write.
fn of_areas(
    db: &mut AnyConnection,
    areas: &[AreaId],
    wanted: &BTreeSet<MetricCode>,
    moment: Moment,
) -> Result<Vec<Figure>> {
    let (known, day) = (Known::default(), moment.today);
    let supply = availability::supply(db, &known, &SupplyFilter::default().on(day), moment)?;
    let land = availability::land(db, &known, day)?;
    let overview = Overview::new(&land, &supply);
    let members: BTreeSet<String> = municipality::members(db, areas, day)?.into_iter().flatten().collect();
    let codes = || members.iter().map(String::as_str);
    let mut figures = overview.figures(codes());
    if INDICES.iter().any(|(metric, _)| wanted.contains(metric)) {
        let (weights, of_figures) = (Weights::default(), AvailabilityWeights::default());
        let (gaps, _) = gap::between(db, &overview, day, &weights, &of_figures)?;
        let gaps: BTreeMap<&str, &MunicipalityGap> =
            gaps.iter().map(|gap| (gap.municipality.code.as_str(), gap)).collect();
        let told = |code: &str, told: Told| told(gaps.get(code)?);
        figures.extend(INDICES.map(|(metric, index)| overview.mean(metric, codes(), |code| told(code, index))));
    }
    let indicators = IndicatorCode::VALUES.iter().copied().filter(|code| wanted.contains(&MetricCode::from(*code)));
    let indicators: Vec<IndicatorCode> = indicators.collect();
    let loaded = need_indicator::figures(db, &indicators, day)?;
    for indicator in indicators {
        let metric = MetricCode::from(indicator);
        let value = |code: &str| loaded.get(&(code.to_owned(), indicator)).map(|figure| figure.value);
        figures.push(match indicator.unit() {
            IndicatorUnit::Persons => Figure::of(metric, codes().map(value).sum()),
            IndicatorUnit::Percent => overview.mean(metric, codes(), value),
        });
    }
    Ok(figures)
}
