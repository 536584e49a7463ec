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
    municipalities (code) { code -> Text, language_status -> Text, urban_rural -> Text, record -> Text, }
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
        id -> Text, programme -> Text, call -> Text, beneficiary_id -> Text, grant_status -> Text,
        usable_to -> Nullable<Date>, record -> Text, version -> BigInt,
    }
}
diesel::table! {
    grant_areas (grant_id, kind, code) { grant_id -> Text, kind -> Text, code -> Text, }
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
    provider_sources (source, source_id) { source -> Text, source_id -> Text, provider_id -> Text, }
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
diesel::allow_tables_to_appear_in_same_query!(grants, grant_areas, organisations);
diesel::allow_tables_to_appear_in_same_query!(providers, provider_regions, provider_languages, provider_sources);
diesel::allow_tables_to_appear_in_same_query!(changes, payloads);
