//! Code lists: every enumeration of the contract with its labels.

use serde::Serialize;
use utoipa::ToSchema;

use crate::application::{ApplicationEvent, ApplicationStatus, CostCategory, FunctionalPart};
use crate::area::{AreaKind, AreaSort};
use crate::assessment::{ActionStatus, AnswerType, AssessmentEvent, AssessmentStatus};
use crate::assessment_framework::{AssessmentKind, CriterionChange, FrameworkEvent, FrameworkStatus, Goal};
use crate::assessment_round::{RoundEvent, RoundStatus, SubjectKind};
use crate::audit::Outcome;
use crate::call::{CallDocumentType, CallEventType, CallOutcome, CallStatus};
use crate::change::Operation;
use crate::change_request::{BudgetChangeType, ChangeRequestEvent, ChangeRequestStatus, ChangeRequestType};
use crate::date::{Precision, Season};
use crate::decision::DecisionResult;
use crate::duplicate::DuplicateReason;
use crate::freshness::Freshness;
use crate::grant::{EntryType, GrantEvent, GrantStatus};
use crate::metric::{MetricCode, MetricUnit};
use crate::money::Currency;
use crate::municipality::{LanguageStatus, UrbanRural};
use crate::need_indicator::{IndicatorCode, IndicatorUnit};
use crate::notice::NoticeCode;
use crate::noun::NounName;
use crate::opening_hours::{HolidayRule, PublicHoliday, WeekParity, Weekday};
use crate::organisation::OrganisationType;
use crate::pilot::{PilotEvent, PilotStatus, PilotTaskType, ProgressStatus};
use crate::programme::Participation;
use crate::provider::{OfferStatus, Origin, ProviderType};
use crate::push::{PushMode, PushOutcome};
use crate::report::{ReportEvent, ReportStatus, ReportType};
use crate::role::Role;
use crate::search::SearchField;
use crate::service_point::{FacetField, ServicePointSort};
use crate::state_machine::StateMachineName;
use crate::suggestion::SuggestionKind;
use crate::support::{
    AccessMode, ChannelType, DeliveryMode, Fee, ServiceAreaMode, SpecialSupport, SupportForm, TargetGroup, Topic,
};
use crate::text::{Language, Names};
use crate::vocabulary::Vocabulary;

/// An enumeration of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CodeList {
    /// Its name, as in the contract.
    #[schema(min_length = 3, max_length = 64, pattern = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$", example = "area_kind")]
    pub name: String,
    /// Its values in the order in which they are shown.
    #[schema(min_items = 1, max_items = 200)]
    pub items: Vec<CodeListItem>,
}

/// A value of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CodeListItem {
    /// The value, as in JSON and in a query.
    #[schema(min_length = 2, max_length = 64, pattern = "^[A-Za-z0-9_]+$", example = "region")]
    pub code: String,
    /// Its label.
    pub names: Names,
}

impl CodeList {
    fn of<T: Vocabulary>() -> Self {
        let item = |value: &T| CodeListItem { code: value.code().to_owned(), names: value.label().into() };
        Self { name: T::NAME.to_owned(), items: T::VALUES.iter().map(item).collect() }
    }
}

/// Every code list, by name.
pub fn all() -> Vec<CodeList> {
    let mut lists = vec![
        CodeList::of::<AreaKind>(),
        CodeList::of::<AreaSort>(),
        CodeList::of::<CallDocumentType>(),
        CodeList::of::<CallEventType>(),
        CodeList::of::<CallStatus>(),
        CodeList::of::<CallOutcome>(),
        CodeList::of::<ApplicationEvent>(),
        CodeList::of::<ApplicationStatus>(),
        CodeList::of::<CostCategory>(),
        CodeList::of::<DecisionResult>(),
        CodeList::of::<FunctionalPart>(),
        CodeList::of::<StateMachineName>(),
        CodeList::of::<PilotEvent>(),
        CodeList::of::<MetricCode>(),
        CodeList::of::<MetricUnit>(),
        CodeList::of::<Currency>(),
        CodeList::of::<GrantStatus>(),
        CodeList::of::<GrantEvent>(),
        CodeList::of::<EntryType>(),
        CodeList::of::<BudgetChangeType>(),
        CodeList::of::<ChangeRequestEvent>(),
        CodeList::of::<ChangeRequestStatus>(),
        CodeList::of::<ChangeRequestType>(),
        CodeList::of::<ReportEvent>(),
        CodeList::of::<ReportStatus>(),
        CodeList::of::<ReportType>(),
        CodeList::of::<AssessmentKind>(),
        CodeList::of::<ActionStatus>(),
        CodeList::of::<AnswerType>(),
        CodeList::of::<AssessmentEvent>(),
        CodeList::of::<AssessmentStatus>(),
        CodeList::of::<RoundEvent>(),
        CodeList::of::<RoundStatus>(),
        CodeList::of::<SubjectKind>(),
        CodeList::of::<CriterionChange>(),
        CodeList::of::<FrameworkEvent>(),
        CodeList::of::<FrameworkStatus>(),
        CodeList::of::<Goal>(),
        CodeList::of::<Language>(),
        CodeList::of::<LanguageStatus>(),
        CodeList::of::<OrganisationType>(),
        CodeList::of::<Participation>(),
        CodeList::of::<PilotStatus>(),
        CodeList::of::<PilotTaskType>(),
        CodeList::of::<ProgressStatus>(),
        CodeList::of::<Precision>(),
        CodeList::of::<Season>(),
        CodeList::of::<UrbanRural>(),
        CodeList::of::<IndicatorCode>(),
        CodeList::of::<IndicatorUnit>(),
        CodeList::of::<Freshness>(),
        CodeList::of::<NounName>(),
        CodeList::of::<OfferStatus>(),
        CodeList::of::<PushMode>(),
        CodeList::of::<PushOutcome>(),
        CodeList::of::<Operation>(),
        CodeList::of::<Origin>(),
        CodeList::of::<ProviderType>(),
        CodeList::of::<HolidayRule>(),
        CodeList::of::<PublicHoliday>(),
        CodeList::of::<WeekParity>(),
        CodeList::of::<Weekday>(),
        CodeList::of::<Outcome>(),
        CodeList::of::<Role>(),
        CodeList::of::<AccessMode>(),
        CodeList::of::<ChannelType>(),
        CodeList::of::<DeliveryMode>(),
        CodeList::of::<DuplicateReason>(),
        CodeList::of::<FacetField>(),
        CodeList::of::<Fee>(),
        CodeList::of::<NoticeCode>(),
        CodeList::of::<ServiceAreaMode>(),
        CodeList::of::<ServicePointSort>(),
        CodeList::of::<SearchField>(),
        CodeList::of::<SpecialSupport>(),
        CodeList::of::<SuggestionKind>(),
        CodeList::of::<SupportForm>(),
        CodeList::of::<TargetGroup>(),
        CodeList::of::<Topic>(),
    ];
    lists.sort_by(|one, other| one.name.cmp(&other.name));
    lists
}
