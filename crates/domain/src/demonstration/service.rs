//! Services: what each is, for whom, in which languages, and how one comes to it.

use super::chance::Chance;
use super::hours;
use super::offer;
use super::provider::Producer;
use super::tongue::Words;
use crate::contact::{Phone, Website};
use crate::location::LocationId;
use crate::municipality::{LanguageStatus, UrbanRural};
use crate::provider::{OfferStatus, ProviderType};
use crate::service::{FeeNote, ServiceAreaFacts, ServiceChannel, ServiceFacts, ServicePlaceFacts, ServiceRecord};
use crate::support::{
    AccessMode, ChannelType, DeliveryMode, Fee, ServiceAreaMode, SpecialSupport, SupportForm, TargetGroup, Topic,
};
use crate::text::{Descriptions, Language};
use crate::vocabulary::Vocabulary as _;

impl Producer<'_> {
    /// Makes one service of at most so many points, with the locations that it needs; says how many points it has.
    pub(super) fn make_service(&mut self, most: usize) -> usize {
        let (modes, places) = self.means(most);
        let mode = modes[0];
        let locations: Vec<_> = self.places(places).into_iter().map(|location| self.place(location, mode)).collect();
        let (id, external_ids) = self.made.service();
        let (valid_from, valid_to) = self.days();
        let access_modes = self.access(&modes);
        let booked = access_modes.contains(&AccessMode::OnlineBooking);
        let (fee, fee_note) = self.fee(mode);
        let (english, topics) = (self.english(), self.topics());
        let facts = ServiceFacts {
            provider: self.id,
            names: self.service_name(mode, &topics).written(self.tongue, english),
            short_descriptions: Some(Words::from(offer::about(mode)).written(self.tongue, english)),
            descriptions: self.description(english),
            support_form: mode.form(),
            service_area: self.service_area(&modes, !locations.is_empty()),
            channels: self.channels(&modes),
            delivery_modes: modes,
            topics,
            target_groups: self.target_groups(),
            special_support: self.special_support(),
            languages: self.languages(),
            fee: Some(fee),
            fee_note,
            access_modes,
            booking_url: if booked { self.page("ajanvaraus", "tidsbokning") } else { None },
            locations,
            origin: self.origin(),
            offer_status: if self.chance.percent(2) { OfferStatus::TemporarilyClosed } else { OfferStatus::Published },
            external_ids,
            valid_from,
            valid_to,
        };
        let points = facts.locations.len() + usize::from(facts.comes_to_you());
        let verified_at = self.verified_at();
        self.services.push((id, ServiceRecord { facts, verified_at }));
        points
    }

    /// The means of a service, the main one first, and at how many places it is given.
    fn means(&mut self, most: usize) -> (Vec<DeliveryMode>, usize) {
        let chance = &mut self.chance;
        if self.role.is_national {
            let mode = chance.weighed(&[
                (DeliveryMode::Phone, 5),
                (DeliveryMode::Chat, 2),
                (DeliveryMode::Video, 1),
                (DeliveryMode::OnlineCourse, 1),
                (DeliveryMode::SelfStudyMaterial, 1),
            ]);
            return (vec![mode], 0);
        }
        let mode = chance.weighed(&offer::means(self.role.provider_type));
        let second = match mode {
            DeliveryMode::ServicePoint => (DeliveryMode::HomeVisit, 4),
            DeliveryMode::PeerSupport => (DeliveryMode::DropInEvent, 12),
            DeliveryMode::Video | DeliveryMode::Chat => (DeliveryMode::Phone, 30),
            DeliveryMode::RemoteDesktop => (DeliveryMode::Phone, 100),
            DeliveryMode::Course => (DeliveryMode::OnlineCourse, 6),
            DeliveryMode::Workshop => (DeliveryMode::Course, 15),
            _ => (mode, 0),
        };
        let mut modes = vec![mode];
        if chance.percent(second.1) {
            modes.push(second.0);
        }
        let is_at_home = modes == [DeliveryMode::HomeVisit] && chance.percent(8);
        let goes = is_at_home || !mode.comes_to_you();
        if goes && most < 2 {
            modes.retain(|known| !known.comes_to_you());
            // A single point is left: a home visit without an office.
            return if modes.is_empty() { (vec![mode], 0) } else { (modes, 1) };
        }
        let comes = usize::from(modes.iter().any(|mode| mode.comes_to_you()));
        let places = match mode {
            _ if !goes => 0,
            DeliveryMode::ServicePoint | DeliveryMode::SelfServicePoint => chance.between(1, 8),
            DeliveryMode::MobileUnit => chance.between(2, 10),
            _ => chance.between(1, 3),
        };
        (modes, places.min(most - comes))
    }

    /// A place of a service, with hours of its own where it has some.
    fn place(&mut self, location: LocationId, mode: DeliveryMode) -> ServicePlaceFacts {
        let opening_hours = hours::of_service(mode, self.scene.today, &mut self.chance);
        ServicePlaceFacts { location: Some(location), new_location: None, opening_hours }
    }

    /// A name that the provider has for no other service, if one is found soon: the plain name, or one with what the
    /// service is about in particular.
    fn service_name(&mut self, mode: DeliveryMode, topics: &[Topic]) -> Words {
        let mut name = Words::from(self.chance.one_of(&offer::names(mode)));
        for attempt in 0..8 {
            if attempt > 0 || self.chance.percent(30) {
                let topic = topics[self.chance.below(topics.len())].label();
                name = self.chance.one_of(&offer::names(mode)).into();
                name = Words {
                    fi: format!("{}: {}", name.fi, topic.fi),
                    sv: format!("{}: {}", name.sv, topic.sv),
                    en: format!("{}: {}", name.en, topic.en),
                };
            }
            if self.service_names.insert(name.fi.clone()) {
                break;
            }
        }
        name
    }

    fn description(&mut self, english: bool) -> Option<Descriptions> {
        let described = self.chance.percent(55);
        described.then(|| Words::from(self.chance.one_of(&offer::DESCRIPTIONS)).written(self.tongue, english))
    }

    fn service_area(&mut self, modes: &[DeliveryMode], is_somewhere: bool) -> Option<ServiceAreaFacts> {
        let ground = self.ground;
        let visits = modes.contains(&DeliveryMode::HomeVisit);
        let comes = modes.iter().any(|mode| mode.comes_to_you());
        let everywhere = |mode| Some(ServiceAreaFacts { mode, areas: Vec::new(), radius_km: None });
        if self.role.is_national {
            let except_aland = self.chance.percent(30) && ground.region.as_str() != "21";
            let mode = if except_aland { ServiceAreaMode::NationwideExceptAland } else { ServiceAreaMode::Nationwide };
            everywhere(mode)
        } else if visits && modes[0] == DeliveryMode::HomeVisit && is_somewhere {
            let radius_km = Some(self.chance.one_of(&[5, 10, 15, 20, 30, 50]));
            Some(ServiceAreaFacts { mode: ServiceAreaMode::Radius, areas: Vec::new(), radius_km })
        } else if comes || self.chance.percent(8) {
            let is_wide = !visits && mode_is_remote(modes) && self.chance.percent(40);
            let area = if is_wide { ground.region.id() } else { ground.code.id() };
            Some(ServiceAreaFacts { mode: ServiceAreaMode::Areas, areas: vec![area], radius_km: None })
        } else {
            None
        }
    }

    /// What a service by these means needs so that one reaches it.
    fn channels(&mut self, modes: &[DeliveryMode]) -> Vec<ServiceChannel> {
        let mut channels = Vec::new();
        for mode in modes {
            let (channel, number, url) = match mode {
                DeliveryMode::Phone => (ChannelType::Phone, self.phone(), None),
                DeliveryMode::Video => (ChannelType::Video, None, self.page("video", "video")),
                DeliveryMode::Chat => (ChannelType::Chat, None, self.page("chat", "chatt")),
                _ => continue,
            };
            let opening_hours = hours::of_channel(&mut self.chance);
            channels.push(ServiceChannel { channel, number, url, opening_hours });
        }
        channels
    }

    /// A number that no network has: national numbers of Finland never begin with a nought.
    pub(super) fn phone(&mut self) -> Option<Phone> {
        format!("+358000{:06}", self.chance.below(1_000_000)).parse().ok()
    }

    /// A page of the municipality.
    pub(super) fn page(&self, finnish: &str, swedish: &str) -> Option<Website> {
        let path = if self.names.is_swedish { swedish } else { finnish };
        format!("https://www.{}/{path}", self.names.host()).parse().ok()
    }

    fn topics(&mut self) -> Vec<Topic> {
        let count = self.chance.between(1, 8);
        self.chance.several(Topic::VALUES, count)
    }

    fn target_groups(&mut self) -> Vec<TargetGroup> {
        if self.chance.percent(58) {
            return vec![TargetGroup::Everyone];
        }
        let [_, others @ ..] = TargetGroup::VALUES else { return vec![TargetGroup::Everyone] };
        let mut groups = if self.chance.percent(45) { vec![TargetGroup::OlderPeople] } else { Vec::new() };
        let count = self.chance.between(1, 2);
        groups.extend(self.chance.several(others, count));
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    fn special_support(&mut self) -> Vec<SpecialSupport> {
        let count = self.chance.weighed(&[(0, 72), (1, 18), (2, 8), (3, 2)]);
        self.chance.several(SpecialSupport::VALUES, count)
    }

    /// The languages of the municipality, and those of the people who live there.
    fn languages(&mut self) -> Vec<Language> {
        let ground = self.ground;
        let is_city = ground.urban_rural == UrbanRural::Urban;
        let (finnish, swedish) = match ground.language_status {
            LanguageStatus::Finnish => (100, 3),
            LanguageStatus::BilingualFinnishMajority => (100, 80),
            LanguageStatus::BilingualSwedishMajority => (80, 100),
            LanguageStatus::Swedish => (20, 100),
        };
        let city = |share: usize| if is_city { share } else { 0 };
        let sami = match ground.code.as_str() {
            "047" | "758" => [40, 0, 0],
            "148" => [40, 40, 20],
            "890" => [80, 0, 0],
            _ => [0, 0, 0],
        };
        let shares = [
            (Language::Fi, finnish),
            (Language::Sv, swedish),
            (Language::En, if is_city { 38 } else { 9 }),
            (Language::Se, sami[0]),
            (Language::Smn, sami[1]),
            (Language::Sms, sami[2]),
            (Language::Ru, city(8)),
            (Language::Et, city(3)),
            (Language::Ar, city(5)),
            (Language::So, city(4)),
            (Language::Uk, city(5)),
            (Language::Fse, 1),
            (Language::Fss, usize::from(swedish > 50 && is_city)),
        ];
        shares.into_iter().filter_map(|(language, share)| self.chance.percent(share).then_some(language)).collect()
    }

    fn fee(&mut self, mode: DeliveryMode) -> (Fee, Option<FeeNote>) {
        let is_training = mode.form() == SupportForm::Training;
        let is_sold = is_training || self.role.provider_type == ProviderType::Company;
        let paid = if is_sold && !self.role.is_national { 30 } else { 1 };
        let fee = self.chance.weighed(&[(Fee::Free, 95 - paid), (Fee::FreeWithConditions, 5), (Fee::Paid, paid)]);
        let note = match fee {
            Fee::Free => return (fee, None),
            Fee::FreeWithConditions if self.role.provider_type == ProviderType::Association => offer::FREE_FOR_MEMBERS,
            Fee::FreeWithConditions => self.chance.one_of(&offer::CONDITIONS),
            Fee::Paid if is_training => self.chance.one_of(&offer::COURSE_FEES),
            Fee::Paid => offer::FEE_BY_THE_HOUR,
        };
        (fee, Some(Words::from(note).written(self.tongue, false)))
    }

    fn access(&mut self, modes: &[DeliveryMode]) -> Vec<AccessMode> {
        let comes = modes[0].comes_to_you();
        let open = !comes && modes[0].form() != SupportForm::Training;
        let is_club = self.role.provider_type == ProviderType::Association;
        let mut access = share_of(
            &mut self.chance,
            [
                (AccessMode::WalkIn, if open { 85 } else { 4 * usize::from(!comes) }),
                (AccessMode::Phone, if comes { 70 } else { 35 }),
                (AccessMode::Email, 20),
                (AccessMode::OnlineBooking, 18),
                (AccessMode::Referral, 2),
                (AccessMode::MembersOnly, if is_club { 6 } else { 0 }),
            ],
        );
        if access.is_empty() {
            access.push(if open { AccessMode::WalkIn } else { AccessMode::Phone });
        }
        access
    }
}

fn mode_is_remote(modes: &[DeliveryMode]) -> bool {
    modes.iter().any(|mode| mode.form() == SupportForm::Remote || *mode == DeliveryMode::OnlineCourse)
}

/// Those of some that come up, each so many times in a hundred.
fn share_of<T, const N: usize>(chance: &mut Chance, shares: [(T, usize); N]) -> Vec<T> {
    shares.into_iter().filter_map(|(one, share)| chance.percent(share).then_some(one)).collect()
}
