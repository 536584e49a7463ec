//! The tables, once for both databases. The migrations of the two say the same.
//!
//! A noun's table holds its record and, beside it, what of the record is filtered, sorted or referred to.
#![allow(missing_docs, reason = "generated items")]

diesel::table! {
    areas (kind, code) {
        kind -> Text, code -> Text, names -> Text, folded_names -> Text, sort_name -> Text,
        valid_from -> Nullable<Date>, valid_to -> Nullable<Date>, successor -> Nullable<Text>, version -> BigInt,
    }
}
diesel::table! {
    municipalities (code) {
        code -> Text, language_status -> Text, urban_rural -> Text, record -> Text, lat -> Nullable<Double>,
        lon -> Nullable<Double>,
    }
}
diesel::table! {
    memberships (municipality, kind, ordinal) {
        municipality -> Text, kind -> Text, ordinal -> Integer, area -> Text,
        valid_from -> Nullable<Date>, valid_to -> Nullable<Date>,
    }
}
diesel::table! {
    populations (municipality, date) { municipality -> Text, date -> Date, population -> BigInt, }
}
diesel::table! {
    organisations (id) {
        id -> Text, organisation_type -> Text, names -> Text, folded_names -> Text, sort_name -> Text,
        business_id -> Nullable<Text>, area_kind -> Nullable<Text>, area_code -> Nullable<Text>,
        valid_from -> Nullable<Date>, valid_to -> Nullable<Date>, successor_id -> Nullable<Text>, record -> Text,
        version -> BigInt,
    }
}
diesel::table! {
    programmes (key) {
        key -> Text, previous -> Nullable<Text>, sort_date -> Text, record -> Text, version -> BigInt,
    }
}
diesel::table! {
    programme_coordinators (programme, organisation_id) { programme -> Text, organisation_id -> Text, }
}
diesel::table! {
    programme_areas (programme, kind, code) { programme -> Text, kind -> Text, code -> Text, }
}
diesel::table! {
    calls (key) {
        key -> Text, programme -> Text, organiser_id -> Text, published -> Bool, record -> Text, version -> BigInt,
    }
}
diesel::table! {
    pilots (id) {
        id -> Text, programme -> Text, call -> Text, sort_name -> Text, pilot_status -> Text, lead_id -> Text,
        begins -> Nullable<Date>, record -> Text, version -> BigInt,
    }
}
diesel::table! {
    pilot_areas (pilot_id, kind, code) { pilot_id -> Text, kind -> Text, code -> Text, }
}
diesel::table! {
    grants (id) {
        id -> Text, programme -> Text, call -> Text, beneficiary_id -> Text, record -> Text, version -> BigInt,
    }
}
diesel::table! {
    grant_areas (grant_id, kind, code) { grant_id -> Text, kind -> Text, code -> Text, }
}
diesel::table! {
    grant_spells (grant_id, first_day) {
        grant_id -> Text, first_day -> Date, last_day -> Date, grant_status -> Text,
    }
}
diesel::table! {
    call_evaluators (call, client) { call -> Text, client -> Text, }
}
diesel::table! {
    applications (id) {
        id -> Text, call -> Text, applicant_id -> Text, application_status -> Text, submitted -> Bool, private -> Bool,
        sort_name -> Text, record -> Text, version -> BigInt,
    }
}
diesel::table! {
    application_areas (application_id, kind, code) { application_id -> Text, kind -> Text, code -> Text, }
}
diesel::table! {
    evaluations (id) { id -> Text, application_id -> Text, evaluator -> Text, record -> Text, version -> BigInt, }
}
diesel::table! {
    decisions (id) {
        id -> Text, call -> Text, application_id -> Text, decision_result -> Text, sort_date -> Text, record -> Text,
        version -> BigInt,
    }
}
diesel::table! {
    change_requests (id) {
        id -> Text, grant_id -> Text, change_request_type -> Text, change_request_status -> Text, sort_date -> Text,
        record -> Text, version -> BigInt,
    }
}
diesel::table! {
    assessment_frameworks (key) {
        key -> Text, assessment_kind -> Text, framework_status -> Text, predecessor -> Nullable<Text>, published -> Bool,
        record -> Text, version -> BigInt,
    }
}
diesel::table! {
    reports (id) {
        id -> Text, grant_id -> Text, report_type -> Text, report_status -> Text, sort_date -> Text, record -> Text,
        version -> BigInt,
    }
}
diesel::table! {
    assessment_rounds (id) {
        id -> Text, framework -> Text, assessment_kind -> Text, subject_kind -> Text, round_status -> Text,
        published -> Bool, opens_on -> Date, due_on -> Date, sort_date -> Text, record -> Text, version -> BigInt,
    }
}
diesel::table! {
    assessments (id) {
        id -> Text, round_id -> Text, assessment_kind -> Text, subject -> Text, subject_id -> Text,
        assessment_status -> Text, confirmed -> Bool, first_submitted_on -> Nullable<Date>, record -> Text,
        version -> BigInt,
    }
}
diesel::table! {
    providers (id) {
        id -> Text, organisation_id -> Text, provider_type -> Text, folded_names -> Text, sort_name -> Text,
        municipality -> Nullable<Text>, offer_status -> Text, published -> Bool, verified_at -> Nullable<Timestamp>,
        valid_from -> Nullable<Date>, valid_to -> Nullable<Date>, record -> Text, version -> BigInt,
    }
}
diesel::table! {
    provider_regions (provider_id, region) { provider_id -> Text, region -> Text, }
}
diesel::table! {
    provider_languages (provider_id, language) { provider_id -> Text, language -> Text, }
}
diesel::table! {
    external_ids (noun, source, source_id) { noun -> Text, source -> Text, source_id -> Text, object -> Text, }
}
diesel::table! {
    merged_objects (noun, id) { noun -> Text, id -> Text, survivor -> Text, }
}
diesel::table! {
    likely_duplicates (noun, first, second) { noun -> Text, first -> Text, second -> Text, reasons -> Text, }
}
diesel::table! {
    locations (id) {
        id -> Text, organisation_id -> Nullable<Text>, folded_names -> Text, sort_name -> Text, municipality -> Text,
        postcode -> Nullable<Text>, square -> Nullable<BigInt>, verified_at -> Nullable<Timestamp>,
        valid_from -> Nullable<Date>, valid_to -> Nullable<Date>, record -> Text, version -> BigInt,
    }
}
diesel::table! {
    services (id) {
        id -> Text, provider_id -> Text, support_form -> Text, folded_names -> Text, sort_name -> Text,
        offer_status -> Text, published -> Bool, verified_at -> Nullable<Timestamp>, valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>, record -> Text, version -> BigInt,
    }
}
diesel::table! {
    service_locations (service_id, location_id) { service_id -> Text, location_id -> Text, }
}
diesel::table! {
    service_languages (service_id, language) { service_id -> Text, language -> Text, }
}
diesel::table! {
    hours_patterns (id) { id -> BigInt, digest -> Text, hours -> Text, }
}
diesel::table! {
    service_points (number) {
        number -> BigInt, id -> Text, service_id -> Text, location_id -> Nullable<Text>, has_place -> Bool,
        municipality -> Nullable<Text>, sort_name -> Text, sort_verified -> Text,
        lat -> Nullable<Double>, lon -> Nullable<Double>, northing -> Nullable<BigInt>, easting -> Nullable<BigInt>,
        square -> Nullable<BigInt>, hours -> Nullable<BigInt>, verified_at -> Nullable<BigInt>,
        valid_from -> Nullable<Date>, valid_to -> Nullable<Date>,
    }
}
diesel::table! {
    service_point_bodies (number) {
        number -> BigInt, hours -> Nullable<BigInt>, northing -> Nullable<BigInt>, easting -> Nullable<BigInt>,
        verified_at -> Nullable<BigInt>, body -> Text,
    }
}
diesel::table! {
    service_point_areas (area, sort_name, number) {
        area -> Text, sort_name -> Text, number -> BigInt, languages -> BigInt,
        valid_from -> Nullable<Date>, valid_to -> Nullable<Date>,
    }
}
diesel::table! {
    service_point_terms (term, number) { term -> Text, number -> BigInt, }
}
diesel::table! {
    /// The same terms where they are counted: beside those that are asked for.
    #[sql_name = "service_point_terms"]
    counted_terms (term, number) { term -> Text, number -> BigInt, }
}
diesel::table! {
    service_point_words (word, field, number) { word -> BigInt, field -> SmallInt, number -> BigInt, }
}
diesel::table! {
    /// The same words where a walk goes along them: beside those that are asked for.
    #[sql_name = "service_point_words"]
    walked_words (word, field, number) { word -> BigInt, field -> SmallInt, number -> BigInt, }
}
diesel::table! {
    service_point_texts (number) {
        number -> BigInt, id -> Text, hours -> Nullable<BigInt>, northing -> Nullable<BigInt>, easting -> Nullable<BigInt>,
        verified_at -> Nullable<BigInt>, has_place -> Bool, valid_from -> Nullable<Date>, valid_to -> Nullable<Date>,
        words -> Binary,
    }
}
diesel::table! {
    suggestions (id) {
        id -> Text, kind -> Text, value -> Text, names -> Nullable<Text>, municipality -> Nullable<Text>,
        sort_name -> Text, valid_from -> Nullable<Date>, valid_to -> Nullable<Date>,
    }
}
diesel::table! {
    suggestion_words (kind, inside, word_key, suggestion) {
        kind -> Text, inside -> Bool, word_key -> Text, bare_key -> Text, suggestion -> Text,
    }
}
diesel::table! {
    suggestion_holders (noun, object, suggestion) { noun -> Text, object -> Text, suggestion -> Text, }
}
diesel::table! {
    search_gaps (place) {
        place -> Text, month -> Text, area_kind -> Text, area_code -> Text, language -> Nullable<Text>,
        topic -> Nullable<Text>, count -> BigInt,
    }
}
diesel::table! {
    log_head (id) { id -> Integer, seq -> BigInt, digest -> Text, }
}
diesel::table! {
    changes (seq) {
        seq -> BigInt, recorded_at -> Timestamp, noun -> Text, object -> Text, operation -> Text, version -> BigInt,
        actor -> Text, seen_before -> Nullable<Text>, seen_after -> Nullable<Text>, published -> Bool,
        payload_digest -> Text, digest -> Text,
    }
}
diesel::table! {
    payloads (seq) { seq -> BigInt, salt -> Nullable<Text>, data -> Nullable<Text>, }
}
diesel::table! {
    audit_entries (id) {
        id -> Text, recorded_at -> Timestamp, client -> Text, role -> Text, operation -> Text, outcome -> Text,
        code -> Nullable<Text>, noun -> Nullable<Text>, object -> Nullable<Text>, seq -> Nullable<BigInt>,
        request_id -> Nullable<Text>,
    }
}
diesel::table! {
    idempotency_keys (client, key) {
        client -> Text, key -> Text, digest -> Text, status -> Integer, version -> Nullable<BigInt>,
        location -> Nullable<Text>, body -> Text, recorded_at -> Timestamp,
    }
}
diesel::table! {
    clients (id) {
        id -> Text, name -> Text, role -> Text, regions -> Text, organisation_id -> Nullable<Text>,
        secret_hash -> Text, created_at -> Timestamp, revoked_at -> Nullable<Timestamp>,
    }
}
diesel::table! {
    signing_keys (kid) {
        kid -> Text, private_key -> Text, created_at -> Timestamp, retired_at -> Nullable<Timestamp>,
    }
}
diesel::table! {
    shipped_rows (noun, id) { noun -> Text, id -> Text, digest -> Text, version -> BigInt, }
}

diesel::allow_tables_to_appear_in_same_query!(areas, municipalities, memberships, populations);
diesel::allow_tables_to_appear_in_same_query!(programmes, programme_areas, calls);
diesel::allow_tables_to_appear_in_same_query!(pilots, pilot_areas);
diesel::joinable!(grants -> organisations (beneficiary_id));
diesel::joinable!(grant_spells -> grants (grant_id));
diesel::allow_tables_to_appear_in_same_query!(
    grants,
    grant_areas,
    grant_spells,
    organisations,
    change_requests,
    reports,
);
diesel::allow_tables_to_appear_in_same_query!(applications, application_areas, call_evaluators, evaluations, decisions,);
diesel::joinable!(assessments -> assessment_rounds (round_id));
diesel::allow_tables_to_appear_in_same_query!(assessments, assessment_rounds);
diesel::allow_tables_to_appear_in_same_query!(assessments, providers);
diesel::allow_tables_to_appear_in_same_query!(assessments, provider_regions);
diesel::allow_tables_to_appear_in_same_query!(assessments, merged_objects);
diesel::allow_tables_to_appear_in_same_query!(merged_objects, providers);
diesel::allow_tables_to_appear_in_same_query!(merged_objects, provider_regions);
diesel::allow_tables_to_appear_in_same_query!(
    providers,
    provider_regions,
    provider_languages,
    locations,
    services,
    service_locations,
    service_languages,
    external_ids,
);
diesel::allow_tables_to_appear_in_same_query!(
    service_points,
    service_point_bodies,
    service_point_areas,
    service_point_terms,
    counted_terms,
    service_point_words,
    service_point_texts,
    walked_words,
);
diesel::allow_tables_to_appear_in_same_query!(changes, payloads);
diesel::allow_tables_to_appear_in_same_query!(suggestions, suggestion_words);
