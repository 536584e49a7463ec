//! Stub.
use crate::invalid::{Form, Invalid};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;
/// Stub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct OpeningHours {
    /// Stub.
    pub by_appointment: bool,
}
/// Stub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenState {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether.
    pub open_now: bool,
}
impl OpeningHours {
    /// Stub.
    pub fn state_at(&self, at: DateTime<Utc>) -> OpenState {
        OpenState { at, open_now: false }
    }
    /// Stub.
    pub fn is_open_at(&self, _: DateTime<Utc>) -> bool {
        false
    }
    /// Stub.
    pub fn settle(&mut self) {}
    /// Stub.
    #[must_use]
    pub fn told(self) -> Self {
        self
    }
}
