//! What a service must say before everyone may find it.

use crate::invalid::{Invalid, Violation};
use crate::service::{ServiceAreaFacts, ServiceFacts};
use crate::support::{AccessMode, ChannelType, DeliveryMode, Fee, ServiceAreaMode};

impl ServiceFacts {
    /// What breaks a rule that only the whole service shows, and what a published one still needs: all of it.
    pub fn faults(&self) -> Vec<Violation> {
        let mut faults = self.foreign_modes();
        if self.offer_status.is_published() {
            faults.extend(self.missing().into_iter().map(|place| Violation::pointer(place, Invalid::NeededToPublish)));
        }
        faults
    }

    /// Means that belong to another form of support.
    fn foreign_modes(&self) -> Vec<Violation> {
        let own = |mode: &DeliveryMode| mode.form() == self.support_form;
        let foreign = self.delivery_modes.iter().enumerate().filter(|(_, mode)| !own(mode));
        foreign
            .map(|(index, mode)| {
                use crate::vocabulary::Vocabulary as _;

                let allowed = DeliveryMode::VALUES.iter().filter(|mode| own(mode)).map(ToString::to_string).collect();
                let invalid = Invalid::UnknownValue { value: mode.to_string(), allowed };
                Violation::pointer(&format!("/delivery_modes/{index}"), invalid)
            })
            .collect()
    }

    /// The fields that a published service needs and this one lacks.
    fn missing(&self) -> Vec<&'static str> {
        let goes_somewhere = self.delivery_modes.iter().any(|mode| !mode.comes_to_you());
        let reached_by = |mode, channel| {
            !self.delivery_modes.contains(&mode) || self.channels.iter().any(|known| known.channel == channel)
        };
        let channels = [
            (DeliveryMode::Phone, ChannelType::Phone),
            (DeliveryMode::Video, ChannelType::Video),
            (DeliveryMode::Chat, ChannelType::Chat),
        ];
        let mode = self.service_area.as_ref().map(|area: &ServiceAreaFacts| area.mode);
        let rules = [
            ("/short_descriptions", self.short_descriptions.is_none()),
            ("/delivery_modes", self.delivery_modes.is_empty()),
            ("/topics", self.topics.is_empty()),
            ("/target_groups", self.target_groups.is_empty()),
            ("/languages", self.languages.is_empty()),
            ("/access_modes", self.access_modes.is_empty()),
            ("/fee", self.fee.is_none()),
            ("/fee_note", self.fee.is_some_and(|fee| fee != Fee::Free) && self.fee_note.is_none()),
            ("/booking_url", self.access_modes.contains(&AccessMode::OnlineBooking) && self.booking_url.is_none()),
            ("/locations", self.locations.is_empty() && (goes_somewhere || mode == Some(ServiceAreaMode::Radius))),
            ("/channels", !channels.into_iter().all(|(mode, channel)| reached_by(mode, channel))),
            ("/service_area", self.comes_to_you() && self.service_area.is_none()),
        ];
        rules.into_iter().filter(|(_, is_missing)| *is_missing).map(|(place, _)| place).collect()
    }
}
