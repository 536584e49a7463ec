//! What support is: its forms, its topics, for whom it is and how one gets it.

use validator::ValidationError;

use crate::invalid::Invalid;
use crate::vocabulary::{Vocabulary as _, vocabulary};

vocabulary! {
    /// How support is given.
    pub enum SupportForm = "support_form" {
        InPerson = "in_person" ["lähituki", "närstöd", "in person"],
        Remote = "remote" ["etätuki", "distansstöd", "remote"],
        Training = "training" ["koulutus", "utbildning", "training"],
    }
}

vocabulary! {
    /// By which means support of a form is given.
    pub enum DeliveryMode = "delivery_mode" {
        ServicePoint = "service_point" ["palvelupiste", "serviceställe", "service point"],
        PeerSupport = "peer_support" ["vertaistuki", "kamratstöd", "peer support"],
        HomeVisit = "home_visit" ["kotikäynti", "hembesök", "home visit"],
        DropInEvent = "drop_in_event" ["avoin tapahtuma", "öppet evenemang", "drop-in event"],
        MobileUnit = "mobile_unit" ["liikkuva yksikkö", "mobil enhet", "mobile unit"],
        Phone = "phone" ["puhelin", "telefon", "phone"],
        Video = "video" ["videoyhteys", "videosamtal", "video call"],
        Chat = "chat" ["chat", "chatt", "chat"],
        RemoteDesktop = "remote_desktop" ["etäyhteys laitteeseen", "fjärrstyrning av enheten", "remote desktop"],
        SelfServicePoint = "self_service_point" ["itsepalvelupiste", "självbetjäningspunkt", "self-service point"],
        Course = "course" ["kurssi", "kurs", "course"],
        Workshop = "workshop" ["työpaja", "workshop", "workshop"],
        OnlineCourse = "online_course" ["verkkokurssi", "nätkurs", "online course"],
        SelfStudyMaterial = "self_study_material"
            ["itseopiskeluaineisto", "självstudiematerial", "self-study material"],
    }
}

impl DeliveryMode {
    /// The form that it belongs to.
    pub fn form(self) -> SupportForm {
        match self {
            Self::ServicePoint | Self::PeerSupport | Self::HomeVisit | Self::DropInEvent | Self::MobileUnit => {
                SupportForm::InPerson
            }
            Self::Phone | Self::Video | Self::Chat | Self::RemoteDesktop | Self::SelfServicePoint => {
                SupportForm::Remote
            }
            Self::Course | Self::Workshop | Self::OnlineCourse | Self::SelfStudyMaterial => SupportForm::Training,
        }
    }

    /// Whether one gets it wherever one is, without going to a place.
    pub fn comes_to_you(self) -> bool {
        matches!(
            self,
            Self::HomeVisit
                | Self::Phone
                | Self::Video
                | Self::Chat
                | Self::RemoteDesktop
                | Self::OnlineCourse
                | Self::SelfStudyMaterial
        )
    }
}

vocabulary! {
    /// What support is about.
    pub enum Topic = "topic" {
        DeviceSetup = "device_setup" ["laitteen käyttöönotto", "ta i bruk en enhet", "setting up a device"],
        DeviceCare = "device_care" ["laitteen ylläpito", "skötsel av enheten", "looking after a device"],
        InternetBasics = "internet_basics" ["internetin perusteet", "grunderna i internet", "internet basics"],
        Email = "email" ["sähköposti", "e-post", "e-mail"],
        CommunicationApps = "communication_apps" ["viestisovellukset", "meddelandeappar", "communication apps"],
        FilesPhotos = "files_photos" ["tiedostot ja kuvat", "filer och bilder", "files and photos"],
        EIdentification = "e_identification"
            ["sähköinen tunnistautuminen", "elektronisk identifiering", "electronic identification"],
        PublicEServices = "public_e_services"
            ["julkiset sähköiset palvelut", "offentliga e-tjänster", "public e-services"],
        SuomiFiMessages = "suomi_fi_messages" ["Suomi.fi-viestit", "Suomi.fi-meddelanden", "Suomi.fi Messages"],
        Tax = "tax" ["verotus", "beskattning", "taxes"],
        KelaBenefits = "kela_benefits" ["Kelan etuudet", "FPA:s förmåner", "Kela benefits"],
        HealthOmakanta = "health_omakanta" ["terveysasiat ja OmaKanta", "hälsa och MittKanta", "health and MyKanta"],
        BankingPayments = "banking_payments" ["pankkiasiat ja maksaminen", "bankärenden och betalning", "banking and payments"],
        OnlineShopping = "online_shopping" ["verkko-ostokset", "näthandel", "online shopping"],
        JobSeeking = "job_seeking" ["työnhaku", "jobbsökning", "job seeking"],
        EducationParenting = "education_parenting"
            ["koulu ja vanhemmuus", "skola och föräldraskap", "school and parenting"],
        MobilityTickets = "mobility_tickets" ["liikkuminen ja liput", "resor och biljetter", "mobility and tickets"],
        Housing = "housing" ["asuminen", "boende", "housing"],
        ImmigrationServices = "immigration_services"
            ["maahanmuuton palvelut", "invandrarservice", "immigration services"],
        SecurityScams = "security_scams" ["turvallisuus ja huijaukset", "säkerhet och bedrägerier", "security and scams"],
        Privacy = "privacy" ["yksityisyys", "integritet", "privacy"],
        MediaLiteracy = "media_literacy" ["medialukutaito", "mediekunnighet", "media literacy"],
        AiBasics = "ai_basics" ["tekoälyn perusteet", "grunderna i artificiell intelligens", "basics of AI"],
        LeisureCreativity = "leisure_creativity"
            ["vapaa-aika ja luovuus", "fritid och kreativitet", "leisure and creativity"],
        BusinessEServices = "business_e_services"
            ["yrityksen sähköiset palvelut", "företagets e-tjänster", "e-services of businesses"],
        EquipmentAccess = "equipment_access" ["laitteita käyttöön", "tillgång till utrustning", "access to equipment"],
        InternetAccess = "internet_access" ["internetyhteys käyttöön", "tillgång till internet", "access to the internet"],
    }
}

vocabulary! {
    /// For whom support is meant. `everyone` stands alone.
    pub enum TargetGroup = "target_group" {
        Everyone = "everyone" ["kaikki", "alla", "everyone"],
        OlderPeople = "older_people" ["ikäihmiset", "äldre", "older people"],
        Families = "families" ["perheet", "familjer", "families"],
        YoungPeople = "young_people" ["nuoret", "unga", "young people"],
        LongTermIll = "long_term_ill" ["pitkäaikaissairaat", "långtidssjuka", "long-term ill"],
        DisabledPeople = "disabled_people"
            ["vammaiset henkilöt", "personer med funktionsnedsättning", "disabled people"],
        Immigrants = "immigrants" ["maahanmuuttajat", "invandrare", "immigrants"],
        Jobseekers = "jobseekers" ["työnhakijat", "arbetssökande", "jobseekers"],
        LowLiteracy = "low_literacy" ["heikosti lukevat", "personer med svag läskunnighet", "people with low literacy"],
        AtRiskOfExclusion = "at_risk_of_exclusion"
            ["syrjäytymisvaarassa olevat", "personer med risk för utslagning", "people at risk of exclusion"],
        SoleTraders = "sole_traders" ["yksinyrittäjät", "ensamföretagare", "sole traders"],
        Businesses = "businesses" ["yritykset", "företag", "businesses"],
        Associations = "associations" ["yhdistykset", "föreningar", "associations"],
    }
}

vocabulary! {
    /// For which needs support is prepared in particular.
    pub enum SpecialSupport = "special_support" {
        Hearing = "hearing" ["kuulo", "hörsel", "hearing"],
        SignLanguage = "sign_language" ["viittomakieli", "teckenspråk", "sign language"],
        Vision = "vision" ["näkö", "syn", "vision"],
        Mobility = "mobility" ["liikkuminen", "rörelse", "mobility"],
        Cognitive = "cognitive" ["kognitiivinen tuki", "kognitivt stöd", "cognitive support"],
        ReadingDifficulty = "reading_difficulty" ["lukemisen vaikeus", "lässvårigheter", "reading difficulty"],
        PlainLanguage = "plain_language" ["selkokieli", "lättläst språk", "plain language"],
        Interpreter = "interpreter" ["tulkki", "tolk", "interpreter"],
    }
}

vocabulary! {
    /// What support costs the one who gets it.
    pub enum Fee = "fee" {
        Free = "free" ["maksuton", "avgiftsfri", "free"],
        FreeWithConditions = "free_with_conditions"
            ["maksuton tietyin ehdoin", "avgiftsfri på vissa villkor", "free with conditions"],
        Paid = "paid" ["maksullinen", "avgiftsbelagd", "paid"],
    }
}

vocabulary! {
    /// How one comes to support.
    pub enum AccessMode = "access_mode" {
        WalkIn = "walk_in" ["ilman ajanvarausta", "utan tidsbeställning", "walk in"],
        Phone = "phone" ["puhelimitse", "per telefon", "by phone"],
        Email = "email" ["sähköpostitse", "per e-post", "by e-mail"],
        OnlineBooking = "online_booking" ["verkkoajanvaraus", "tidsbokning på nätet", "online booking"],
        Referral = "referral" ["ohjattuna", "med remiss", "by referral"],
        MembersOnly = "members_only" ["vain jäsenille", "endast för medlemmar", "members only"],
        NoPublicAccess = "no_public_access" ["ei yleisölle", "inte för allmänheten", "not open to the public"],
    }
}

vocabulary! {
    /// Where people live who may use a service.
    pub enum ServiceAreaMode = "service_area_mode" {
        Nationwide = "nationwide" ["koko maa", "hela landet", "nationwide"],
        NationwideExceptAland = "nationwide_except_aland"
            ["koko maa paitsi Ahvenanmaa", "hela landet utom Åland", "nationwide except Åland"],
        Areas = "areas" ["luetellut alueet", "uppräknade områden", "listed areas"],
        Radius = "radius" ["etäisyyden sisällä", "inom ett avstånd", "within a distance"],
    }
}

vocabulary! {
    /// By what one reaches support from afar.
    pub enum ChannelType = "channel_type" {
        Phone = "phone" ["puhelin", "telefon", "phone"],
        Video = "video" ["videoyhteys", "videosamtal", "video call"],
        Chat = "chat" ["chat", "chatt", "chat"],
    }
}

/// Refuses a list that names everyone and somebody besides.
pub(crate) fn everyone_alone(groups: &[TargetGroup]) -> Result<(), ValidationError> {
    if groups.len() > 1 && groups.contains(&TargetGroup::Everyone) {
        let others = TargetGroup::VALUES.iter().filter(|group| **group != TargetGroup::Everyone);
        let allowed = others.map(|group| group.code().to_owned()).collect();
        return Err(Invalid::UnknownValue { value: TargetGroup::Everyone.code().into(), allowed }.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_has_modes_of_its_own() {
        for form in SupportForm::VALUES {
            assert!(DeliveryMode::VALUES.iter().filter(|mode| mode.form() == *form).count() >= 4, "{form}");
        }
    }
}
