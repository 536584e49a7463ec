//! What every operation of the contract asks of its caller.

use super::Scope;

/// What an operation asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing: it does not even look at who asks.
    Open,
    /// This scope, which anyone has who reads.
    Scope(Scope),
}

impl Access {
    /// What an operation asks; none for one that the table does not know.
    pub fn to(operation_id: &str) -> Option<Self> {
        OPERATIONS.iter().find(|(_, ids)| ids.contains(&operation_id)).map(|(access, _)| *access)
    }
}

/// What every operation of the contract asks. An operation that is not here is denied to everyone.
const OPERATIONS: &[(Access, &[&str])] = &[
    (
        Access::Open,
        &[
            "get_live",
            "get_ready",
            "get_openapi",
            "issue_token",
            "get_keys",
            "get_authorization_server",
            "list_problems",
            "get_problem",
        ],
    ),
    (
        Access::Scope(Scope::Read),
        &[
            "list_regions",
            "get_region",
            "list_hospital_districts",
            "get_hospital_district",
            "list_wellbeing_services_counties",
            "get_wellbeing_services_county",
            "list_municipalities",
            "get_municipality",
            "list_organisations",
            "get_organisation",
            "list_organisation_history",
            "list_programmes",
            "get_programme",
            "list_programme_history",
            "get_programme_coverage",
            "get_programme_participation",
            "list_calls",
            "get_call",
            "list_call_history",
            "get_evaluators",
            "simulate_portfolio",
            "list_applications",
            "get_application",
            "list_application_history",
            "list_evaluations",
            "get_evaluation",
            "list_evaluation_history",
            "list_decisions",
            "get_decision",
            "list_pilots",
            "get_pilot",
            "list_pilot_history",
            "list_grants",
            "get_grant",
            "list_grant_history",
            "list_change_requests",
            "get_change_request",
            "list_change_request_history",
            "list_reports",
            "get_report",
            "list_report_history",
            "list_frameworks",
            "get_framework",
            "list_framework_history",
            "get_comparison",
            "list_rounds",
            "get_round",
            "list_round_history",
            "list_assessments",
            "get_assessment",
            "list_assessment_history",
            "list_state_machines",
            "get_state_machine",
            "get_coverage",
            "list_code_lists",
            "get_code_list",
            "list_providers",
            "get_provider",
            "get_provider_by_source",
            "list_provider_history",
            "list_locations",
            "get_location",
            "get_location_by_source",
            "list_location_history",
            "list_services",
            "get_service",
            "get_service_by_source",
            "list_service_history",
            "find_suggestions",
            "list_service_points",
            "get_service_point",
            "find_availability",
            "find_gaps",
            "list_metrics",
            "get_metric",
            "list_need_indicators",
            "list_need_indicator_loads",
            "get_need_indicator_load",
            "list_need_indicator_load_history",
            "find_need_index",
            "list_duplicates",
            "list_changes",
        ],
    ),
    (
        Access::Scope(Scope::ProvidersWrite),
        &[
            "create_provider",
            "replace_provider",
            "change_provider",
            "delete_provider",
            "put_provider_by_source",
            "push_providers",
            "verify_provider",
            "merge_provider",
        ],
    ),
    (
        Access::Scope(Scope::LocationsWrite),
        &[
            "create_location",
            "replace_location",
            "change_location",
            "delete_location",
            "put_location_by_source",
            "push_locations",
            "verify_location",
            "merge_location",
        ],
    ),
    (
        Access::Scope(Scope::ServicesWrite),
        &[
            "create_service",
            "replace_service",
            "change_service",
            "delete_service",
            "put_service_by_source",
            "push_services",
            "verify_service",
            "merge_service",
        ],
    ),
    (
        Access::Scope(Scope::OrganisationsWrite),
        &["create_organisation", "replace_organisation", "change_organisation", "delete_organisation"],
    ),
    (
        Access::Scope(Scope::CallsWrite),
        &[
            "create_programme",
            "replace_programme",
            "change_programme",
            "create_call",
            "replace_call",
            "change_call",
            "replace_evaluators",
            "decide_call",
            "create_pilot",
        ],
    ),
    (
        Access::Scope(Scope::ApplicationsWrite),
        &["create_application", "replace_application", "change_application", "delete_application"],
    ),
    (Access::Scope(Scope::ApplicationsProcess), &["transition_application"]),
    (Access::Scope(Scope::EvaluationsWrite), &["create_evaluation", "replace_evaluation", "change_evaluation"]),
    (Access::Scope(Scope::PilotsWrite), &["replace_pilot", "change_pilot", "transition_pilot"]),
    (
        Access::Scope(Scope::GrantsWrite),
        &[
            "create_grant",
            "replace_grant",
            "change_grant",
            "transition_grant",
            "add_grant_entry",
            "create_report",
            "replace_report",
            "change_report",
        ],
    ),
    (Access::Scope(Scope::ReportsWrite), &["transition_report", "create_change_request", "transition_change_request"]),
    (
        Access::Scope(Scope::AssessmentsLead),
        &[
            "create_framework",
            "replace_framework",
            "change_framework",
            "delete_framework",
            "transition_framework",
            "create_round",
            "replace_round",
            "change_round",
            "delete_round",
            "transition_round",
        ],
    ),
    (
        Access::Scope(Scope::AssessmentsWrite),
        &["comment_on_framework", "replace_assessment", "change_assessment", "transition_assessment"],
    ),
    (Access::Scope(Scope::NeedIndicatorsWrite), &["load_need_indicators"]),
    (Access::Scope(Scope::SearchGapsRead), &["list_search_gaps"]),
    (Access::Scope(Scope::AuditRead), &["list_audit_entries"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_operation_is_denied_and_none_stands_twice() {
        assert_eq!(Access::to("drop_everything"), None);
        let mut ids: Vec<_> = OPERATIONS.iter().flat_map(|(_, ids)| *ids).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
