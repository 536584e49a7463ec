//! The tables, once for both databases. The migrations of the two say the same.
#![allow(missing_docs, reason = "generated items")]

diesel::table! {
    areas (kind, code) {
        kind -> Text, code -> Text, names -> Text, folded_names -> Text, sort_name -> Text,
        valid_from -> Nullable<Date>, valid_to -> Nullable<Date>, successor -> Nullable<Text>, version -> BigInt,
    }
}
diesel::table! {
    municipalities (code) {
        code -> Text, language_status -> Text, urban_rural -> Text, lat -> Nullable<Double>, lon -> Nullable<Double>,
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
        valid_from -> Nullable<Date>, valid_to -> Nullable<Date>, successor_id -> Nullable<Text>, version -> BigInt,
    }
}
diesel::table! {
    programmes (key) {
        key -> Text, names -> Text, descriptions -> Nullable<Text>, goals -> Text,
        previous -> Nullable<Text>, starts -> Text, sort_date -> Text, ends -> Nullable<Text>,
        grants_total -> Nullable<Text>, version -> BigInt,
    }
}
diesel::table! {
    programme_coordinators (programme, ordinal) {
        programme -> Text, ordinal -> Integer, organisation_id -> Text,
        first_day -> Nullable<Date>, last_day -> Nullable<Date>,
    }
}
diesel::table! {
    programme_areas (programme, kind, code) { programme -> Text, kind -> Text, code -> Text, }
}
diesel::table! {
    calls (key) {
        key -> Text, programme -> Text, names -> Text, organiser_id -> Text, published -> Bool, cancelled -> Bool,
        opens_at -> Nullable<Timestamp>, closes_at -> Nullable<Timestamp>, decided -> Bool,
        eligible_organisation_types -> Nullable<Text>, budgeted -> Nullable<Text>, awarded -> Nullable<Text>, unused -> Nullable<Text>,
        usable_from -> Nullable<Date>, usable_to -> Nullable<Date>, events -> Text, documents -> Text,
        applications_received -> Nullable<Integer>, counties_represented -> Nullable<Integer>,
        selected -> Nullable<Integer>, selection_grounds -> Nullable<Text>, version -> BigInt,
    }
}
diesel::table! {
    pilots (id) {
        id -> Text, programme -> Text, call -> Text, names -> Text, sort_name -> Text, pilot_status -> Text,
        lead_id -> Text, starts -> Nullable<Text>, begins -> Nullable<Date>, ends -> Nullable<Text>, objectives -> Text, tasks -> Text,
        version -> BigInt,
    }
}
diesel::table! {
    pilot_areas (pilot_id, kind, code) { pilot_id -> Text, kind -> Text, code -> Text, }
}
diesel::table! {
    grants (id) {
        id -> Text, programme -> Text, call -> Text, beneficiary_id -> Text,
        amount -> Nullable<Text>, grant_status -> Text, usable_from -> Nullable<Date>, usable_to -> Nullable<Date>,
        version -> BigInt,
    }
}
diesel::table! {
    grant_areas (grant_id, kind, code) { grant_id -> Text, kind -> Text, code -> Text, }
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
