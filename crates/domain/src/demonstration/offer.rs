//! What providers offer, and what they call it.

use crate::provider::ProviderType;
use crate::support::DeliveryMode;
use crate::text::Label;

/// How often a provider of a type offers support by each means, of a hundred times.
pub(super) fn means(provider_type: ProviderType) -> [(DeliveryMode, usize); 14] {
    use DeliveryMode as Mode;
    let weights = match provider_type {
        ProviderType::Library => [52, 6, 2, 10, 4, 1, 0, 0, 1, 10, 6, 6, 1, 1],
        ProviderType::Municipality => [36, 4, 14, 6, 6, 10, 3, 3, 4, 8, 2, 2, 1, 1],
        ProviderType::AdultEducationCentre => [8, 2, 0, 4, 1, 1, 1, 0, 0, 1, 52, 18, 8, 4],
        ProviderType::School => [24, 8, 0, 8, 0, 2, 1, 2, 2, 4, 30, 16, 3, 0],
        ProviderType::Association => [18, 36, 10, 14, 2, 5, 1, 0, 3, 1, 5, 5, 0, 0],
        ProviderType::Parish => [26, 28, 8, 24, 2, 4, 0, 0, 0, 2, 4, 2, 0, 0],
        ProviderType::JointServicePoint => [66, 2, 0, 4, 2, 6, 4, 2, 0, 14, 0, 0, 0, 0],
        ProviderType::Project => [12, 14, 6, 22, 14, 6, 4, 2, 3, 1, 4, 10, 1, 1],
        _ => [30, 0, 18, 2, 4, 12, 4, 4, 10, 0, 8, 6, 2, 0],
    };
    let modes = [
        Mode::ServicePoint,
        Mode::PeerSupport,
        Mode::HomeVisit,
        Mode::DropInEvent,
        Mode::MobileUnit,
        Mode::Phone,
        Mode::Video,
        Mode::Chat,
        Mode::RemoteDesktop,
        Mode::SelfServicePoint,
        Mode::Course,
        Mode::Workshop,
        Mode::OnlineCourse,
        Mode::SelfStudyMaterial,
    ];
    std::array::from_fn(|index| (modes[index], weights[index]))
}

const fn label(fi: &'static str, sv: &'static str, en: &'static str) -> Label {
    Label { fi, sv, en }
}

/// What support by a means is called.
pub(super) fn names(mode: DeliveryMode) -> [Label; 3] {
    match mode {
        DeliveryMode::ServicePoint => [
            label("Digituki", "Digitalt stöd", "Digital support"),
            label("Digineuvonta", "Digirådgivning", "Digital advice"),
            label("Opastusta laitteiden käyttöön", "Handledning i användning av enheter", "Guidance in using devices"),
        ],
        DeliveryMode::PeerSupport => [
            label("Vertaisohjaus", "Kamrathandledning", "Peer guidance"),
            label("Digikerho", "Digiklubb", "Digital club"),
            label("Vertaisopastajan vastaanotto", "Kamratstödjarens mottagning", "Peer supporter's hours"),
        ],
        DeliveryMode::HomeVisit => [
            label("Digituki kotiin", "Digitalt stöd hem till dig", "Digital support at home"),
            label("Digiopastajan kotikäynti", "Hembesök av digihandledare", "Home visit by a digital guide"),
            label("Laiteapu kotona", "Hjälp med enheter hemma", "Help with devices at home"),
        ],
        DeliveryMode::DropInEvent => [
            label("Digikahvila", "Digikafé", "Digital café"),
            label("Avoimet digiovet", "Öppet hus för digifrågor", "Digital open house"),
            label("Digipäivä", "Digidag", "Digital day"),
        ],
        DeliveryMode::MobileUnit => [
            label("Digibussi", "Digibuss", "Digital bus"),
            label("Kiertävä digituki", "Ambulerande digitalt stöd", "Travelling digital support"),
            label("Kirjastoauton digituki", "Digitalt stöd i bokbussen", "Digital support in the library bus"),
        ],
        DeliveryMode::Phone => [
            label("Digituki puhelimitse", "Digitalt stöd per telefon", "Digital support by phone"),
            label("Digineuvontapuhelin", "Digital rådgivningstelefon", "Digital helpline"),
            label("Digipuhelin", "Digitelefonen", "Digital phone"),
        ],
        DeliveryMode::Video => [
            label("Digituki videoyhteydellä", "Digitalt stöd per video", "Digital support by video"),
            label("Etäopastus", "Distanshandledning", "Remote guidance"),
            label("Videoneuvonta", "Videorådgivning", "Video advice"),
        ],
        DeliveryMode::Chat => [
            label("Digituki chatissa", "Digitalt stöd i chatten", "Digital support by chat"),
            label("Digichat", "Digichatt", "Digital chat"),
            label("Kysy digiasioista", "Fråga om det digitala", "Ask about digital matters"),
        ],
        DeliveryMode::RemoteDesktop => [
            label("Etätuki laitteelle", "Fjärrstöd för din enhet", "Remote help on your device"),
            label("Digituki etäyhteydellä", "Digitalt stöd på distans", "Digital support by remote connection"),
            label("Laitteen etäapu", "Fjärrhjälp med enheten", "Remote device help"),
        ],
        DeliveryMode::SelfServicePoint => [
            label("Asiakaspääte", "Kundterminal", "Customer terminal"),
            label("Sähköisen asioinnin piste", "Punkt för e-tjänster", "E-service point"),
            label("Itsepalvelupiste", "Självbetjäningspunkt", "Self-service point"),
        ],
        DeliveryMode::Course => [
            label("Digitaitojen peruskurssi", "Grundkurs i digitala kunskaper", "Basic course in digital skills"),
            label("Älypuhelinkurssi", "Smarttelefonkurs", "Smartphone course"),
            label("Tietokoneen peruskurssi", "Grundkurs i datoranvändning", "Basic computer course"),
        ],
        DeliveryMode::Workshop => [
            label("Digipaja", "Digiverkstad", "Digital workshop"),
            label("Asiointipaja", "Verkstad om e-tjänster", "E-service workshop"),
            label("Laitepaja", "Enhetsverkstad", "Device workshop"),
        ],
        DeliveryMode::OnlineCourse => [
            label("Digitaidot verkkokurssina", "Digitala kunskaper som nätkurs", "Digital skills online"),
            label("Turvallisesti verkossa", "Tryggt på nätet", "Safe online"),
            label("Verkkoasioinnin kurssi", "Kurs i e-tjänster", "Course in e-services"),
        ],
        DeliveryMode::SelfStudyMaterial => [
            label("Digioppaat", "Digiguider", "Digital guides"),
            label("Harjoittele itse", "Öva själv", "Practise by yourself"),
            label("Ohjevideot", "Instruktionsvideor", "Instruction videos"),
        ],
    }
}

/// What support by a means is, in a sentence.
pub(super) fn about(mode: DeliveryMode) -> Label {
    match mode {
        DeliveryMode::ServicePoint => label(
            "Apua laitteiden ja sähköisten palvelujen käyttöön paikan päällä.",
            "Hjälp på plats med enheter och elektroniska tjänster.",
            "Help on the spot with devices and electronic services.",
        ),
        DeliveryMode::PeerSupport => label(
            "Vapaaehtoiset vertaisohjaajat auttavat digiasioissa.",
            "Frivilliga kamratstödjare hjälper med digitala frågor.",
            "Volunteer peers help with digital matters.",
        ),
        DeliveryMode::HomeVisit => label(
            "Opastaja tulee kotiin, kun liikkuminen on vaikeaa.",
            "En handledare kommer hem när det är svårt att röra sig.",
            "A guide comes to your home when it is hard to get about.",
        ),
        DeliveryMode::DropInEvent => label(
            "Tule kysymään mitä tahansa; omat laitteet mukaan.",
            "Kom och fråga vad som helst; ta med egna enheter.",
            "Come and ask anything; bring your own devices.",
        ),
        DeliveryMode::MobileUnit => label(
            "Digituki kiertää kylissä ja lähiöissä.",
            "Det digitala stödet besöker byar och förorter.",
            "Digital support goes round villages and suburbs.",
        ),
        DeliveryMode::Phone => label(
            "Neuvontaa puhelimitse laitteista ja asioinnista verkossa.",
            "Råd per telefon om enheter och e-tjänster.",
            "Advice by phone on devices and e-services.",
        ),
        DeliveryMode::Video => label(
            "Henkilökohtaista opastusta videoyhteydellä.",
            "Personlig handledning per video.",
            "Personal guidance by video.",
        ),
        DeliveryMode::Chat => label(
            "Kysymyksiin vastataan chatissa aukioloaikana.",
            "Frågor besvaras i chatten under öppettiderna.",
            "Questions are answered in the chat during its hours.",
        ),
        DeliveryMode::RemoteDesktop => label(
            "Opastaja auttaa etäyhteydellä omalla laitteellasi.",
            "En handledare hjälper dig på din egen enhet på distans.",
            "A guide helps on your own device over a remote connection.",
        ),
        DeliveryMode::SelfServicePoint => label(
            "Tietokone, tulostin ja verkkoyhteys omatoimiseen asiointiin.",
            "Dator, skrivare och nätförbindelse för egna ärenden.",
            "A computer, a printer and a connection for your own errands.",
        ),
        DeliveryMode::Course => label(
            "Perusasiat rauhallisesti pienessä ryhmässä.",
            "Grunderna i lugn takt i en liten grupp.",
            "The basics at an easy pace in a small group.",
        ),
        DeliveryMode::Workshop => label(
            "Yhteinen paja, jossa harjoitellaan omalla laitteella.",
            "Gemensam verkstad där man övar på egen enhet.",
            "A shared workshop for practising on your own device.",
        ),
        DeliveryMode::OnlineCourse => label(
            "Verkkokurssi, jonka voi käydä omaan tahtiin.",
            "En nätkurs i egen takt.",
            "An online course at your own pace.",
        ),
        DeliveryMode::SelfStudyMaterial => label(
            "Selkeitä ohjeita ja harjoituksia itseopiskeluun.",
            "Tydliga anvisningar och övningar för självstudier.",
            "Clear instructions and exercises for self-study.",
        ),
    }
}

/// Under which conditions support is free.
pub(super) const CONDITIONS: [Label; 2] = [
    label(
        "Maksuton kunnan asukkaille.",
        "Avgiftsfritt för kommunens invånare.",
        "Free for the municipality's residents.",
    ),
    label("Maksuton yli 65-vuotiaille.", "Avgiftsfritt för personer över 65 år.", "Free for people over 65."),
];
/// Under which condition the support of associations is free.
pub(super) const FREE_FOR_MEMBERS: Label = label(
    "Maksuton jäsenille, muille 5 €.",
    "Avgiftsfritt för medlemmar, för andra 5 €.",
    "Free for members, € 5 for others.",
);
/// What training costs.
pub(super) const COURSE_FEES: [Label; 3] = [
    label("Kurssimaksu 10 €.", "Kursavgift 10 €.", "Course fee € 10."),
    label("Kurssimaksu 20 €.", "Kursavgift 20 €.", "Course fee € 20."),
    label("Materiaalimaksu 5 €.", "Materialavgift 5 €.", "€ 5 for materials."),
];
/// What other support costs.
pub(super) const FEE_BY_THE_HOUR: Label = label("15 € tunnilta.", "15 € i timmen.", "€ 15 an hour.");

/// More about support, at length.
pub(super) const DESCRIPTIONS: [Label; 4] = [
    label(
        "Autamme älypuhelimen, tabletin ja tietokoneen käytössä sekä sähköisissä palveluissa. Ota oma laite ja \
         verkkopankkitunnukset mukaan, jos sinulla on ne. Emme kirjaudu puolestasi emmekä kysy tunnuksia.",
        "Vi hjälper med smarttelefon, surfplatta och dator samt med elektroniska tjänster. Ta med din egen enhet och dina \
         bankkoder om du har dem. Vi loggar inte in för dig och frågar inte efter koder.",
        "We help with smartphones, tablets and computers and with electronic services. Bring your own device and your \
         bank codes if you have them. We do not log in for you and never ask for codes.",
    ),
    label(
        "Opastamme rauhallisesti ja omaan tahtiin. Aiempaa kokemusta ei tarvita.",
        "Vi handleder lugnt och i din egen takt. Ingen tidigare erfarenhet behövs.",
        "We guide calmly and at your own pace. No experience is needed.",
    ),
    label(
        "Paikalla on lainattavia laitteita ja langaton verkko. Tulosteet ovat maksuttomia.",
        "På plats finns enheter att låna och trådlöst nät. Utskrifter är avgiftsfria.",
        "There are devices to borrow and a wireless network. Printing is free.",
    ),
    label(
        "Tarvittaessa ohjaamme eteenpäin viranomaisen omaan neuvontaan.",
        "Vid behov hänvisar vi vidare till myndighetens egen rådgivning.",
        "Where needed, we point to the authority's own advice.",
    ),
];
