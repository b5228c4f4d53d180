"""Names, places and ways of writing in the four countries of the sample; tables, no behaviour.

Telephone numbers come from the ranges that regulators keep for fiction, so that none can ring anywhere: the
Bundesnetzagentur's drama numbers (five cities), Ofcom's numbers for TV and radio drama, Arcep's numbers for
audiovisual works, and 555-0100 to 555-0199 in North America. The British and French mobile ranges are left
out, because libphonenumber does not take them for valid.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A city; `exchange` is a fictional number range with `#` for each digit that is free."""

    city: str
    state: str
    area: str
    exchange: str
    postal_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """What the people of a country are called and how they write addresses and telephone numbers."""

    code: str
    share: int
    currency: str
    mail_domains: tuple[str, ...]
    salutations: tuple[str, str]
    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]
    nicknames: dict[str, str]
    streets: tuple[str, ...]
    street_format: str
    national_phones: tuple[str, ...]
    international_phones: tuple[str, ...]
    places: tuple[Place, ...]
    legal_form: str


# fmt: off
GERMANY = Country(
    code="DE",
    share=45,
    currency="EUR",
    mail_domains=("example.com", "example.org", "example.net", "post.example", "briefkasten.example"),
    salutations=("Frau", "Herr"),
    women=(
        "Katharina", "Susanne", "Brigitte", "Monika", "Petra", "Ursula", "Heike", "Jana", "Nadine",
        "Franziska", "Johanna", "Käthe", "Zoë", "Beate", "Gisela", "Carolin", "Elisabeth", "Renate",
        "Magdalena", "Theresa", "Wiebke", "Yvonne", "Birgit", "Dörte",
    ),
    men=(
        "Jürgen", "Matthias", "Wolfgang", "Stefan", "Uwe", "Christian", "Jörg", "Andreas", "Tobias",
        "Sebastian", "Karl-Heinz", "Florian", "Günther", "Alexander", "Maximilian", "Benjamin",
        "Dirk", "Hannes", "Moritz", "Niklas", "Rüdiger", "Volker", "Emil", "Piotr",
    ),
    surnames=(
        "Müller", "Schmidt", "Fischer", "Wagner", "Becker", "Hoffmann", "Schäfer", "Bauer", "Koch",
        "Richter", "Wolf", "Schröder", "Neumann", "Schwarz", "Zimmermann", "Braun", "Krüger",
        "Hartmann", "Lange", "Werner", "Krause", "Lehmann", "Köhler", "Huber", "Kaiser", "Fuchs",
        "Vogel", "Friedrich", "Günther", "Jung", "Böhm", "Winkler", "Kowalski", "Şahin", "Großmann",
        "Brandt",
    ),
    nicknames={
        "Katharina": "Kathi", "Susanne": "Susi", "Brigitte": "Gitte", "Elisabeth": "Lisbeth",
        "Franziska": "Franzi", "Ursula": "Uschi", "Johanna": "Hanna", "Jürgen": "Jogi", "Wolfgang": "Wolf",
        "Matthias": "Matze", "Sebastian": "Basti", "Maximilian": "Max", "Alexander": "Alex", "Tobias": "Tobi",
    },
    streets=(
        "Lindenstraße", "Hauptstraße", "Bahnhofstraße", "Gartenweg", "Schillerstraße", "Am Mühlbach",
        "Goethestraße", "Kirchplatz", "Rosenweg", "Ahornallee", "Bergstraße", "Wiesengrund",
        "Uferpromenade", "Tannenweg",
    ),
    street_format="{street} {number}",
    national_phones=("0{area} {rest}", "0{area}/{rest}", "(0{area}) {rest}", "0{area}{digits}"),
    international_phones=("+49 {area} {rest}", "+49 (0){area} {rest}", "+49{area}{digits}"),
    places=(
        Place("Berlin", "Berlin", "30", "23125###", ("10115", "10245", "10437", "10969", "12047", "13353")),
        Place("Hamburg", "Hamburg", "40", "66969###", ("20095", "20257", "22083", "22765")),
        Place("München", "Bayern", "89", "99998###", ("80331", "80469", "80799", "81667")),
        Place("Köln", "Nordrhein-Westfalen", "221", "4710###", ("50667", "50823", "50937", "51063")),
        Place("Frankfurt am Main", "Hessen", "69", "90009###", ("60311", "60316", "60486", "60594")),
    ),
    legal_form="GmbH",
)

BRITAIN = Country(
    code="GB",
    share=20,
    currency="GBP",
    mail_domains=("example.com", "example.org", "mail.example"),
    salutations=("Ms", "Mr"),
    women=(
        "Olivia", "Charlotte", "Margaret", "Elizabeth", "Victoria", "Rebecca", "Gemma", "Fiona",
        "Bronwen", "Imogen", "Harriet", "Philippa", "Siân", "Joanna", "Deborah", "Priya", "Niamh",
        "Aisha",
    ),
    men=(
        "Oliver", "William", "Robert", "Christopher", "Edward", "Gareth", "Alistair", "Nicholas",
        "Andrew", "Douglas", "Rhys", "Timothy", "Hamish", "Graham", "Jonathan", "Imran", "Malcolm",
        "Duncan",
    ),
    surnames=(
        "Smith", "Taylor", "Davies", "Evans", "Thomas", "Roberts", "Walker", "Wright", "Robinson",
        "Thompson", "Hughes", "Green", "Edwards", "Clarke", "Patel", "Khan", "MacDonald", "O'Connor",
        "Fitzgerald", "Ashworth", "Pemberton", "Llewellyn", "Campbell", "Stewart",
    ),
    nicknames={
        "Elizabeth": "Liz", "Margaret": "Peggy", "Victoria": "Vicky", "Rebecca": "Becky", "William": "Bill",
        "Robert": "Bob", "Christopher": "Kit", "Edward": "Ted", "Nicholas": "Nick", "Timothy": "Tim",
    },
    streets=(
        "High Street", "Station Road", "Church Lane", "Victoria Road", "Mill Lane", "Queen's Terrace",
        "Park Avenue", "Albert Road", "Orchard Close", "The Crescent", "Manor Drive", "Kings Road",
    ),
    street_format="{number} {street}",
    national_phones=("0{area} {rest}", "(0{area}) {rest}", "0{area}{digits}"),
    international_phones=("+44 {area} {rest}", "+44 (0){area} {rest}", "+44{area}{digits}"),
    places=(
        Place("London", "England", "20", "7946 0###", ("N1 7AA", "SE15 4QL", "SW9 8HE", "E8 3DL", "NW5 2TB")),
        Place("Manchester", "England", "161", "496 0###", ("M14 5RB", "M20 3DG", "M4 1HN")),
        Place("Leeds", "England", "113", "496 0###", ("LS6 2AS", "LS8 1JL")),
        Place("Bristol", "England", "117", "496 0###", ("BS3 1JA", "BS6 6YE")),
        Place("Edinburgh", "Scotland", "131", "496 0###", ("EH6 5NP", "EH10 4HR")),
        Place("Glasgow", "Scotland", "141", "496 0###", ("G12 8QQ", "G41 3RA")),
        Place("Cardiff", "Wales", "29", "2018 0###", ("CF11 9HW", "CF24 3AB")),
    ),
    legal_form="Ltd",
)

FRANCE = Country(
    code="FR",
    share=15,
    currency="EUR",
    mail_domains=("example.com", "example.net", "courriel.example"),
    salutations=("Mme", "M."),
    women=(
        "Françoise", "Hélène", "Amélie", "Mathilde", "Brigitte", "Nathalie", "Véronique", "Océane",
        "Juliette", "Sylvie", "Élodie", "Margaux", "Inès", "Bérénice", "Pauline",
    ),
    men=(
        "François", "Jean-Luc", "Étienne", "Guillaume", "Thierry", "Laurent", "Benoît", "Olivier",
        "Rémi", "Jérôme", "Cédric", "Gaël", "Mathieu", "Aurélien", "Vincent",
    ),
    surnames=(
        "Martin", "Bernard", "Robert", "Petit", "Durand", "Leroy", "Moreau", "Lefèvre", "Girard",
        "Rousseau", "Fontaine", "Chevalier", "Gauthier", "Perrin", "Mercier", "Lemaître", "D'Aubigné",
        "Béranger", "Haddad", "Nguyen",
    ),
    nicknames={
        "Françoise": "Fanchon", "Véronique": "Véro", "Nathalie": "Nath", "Guillaume": "Guigui",
        "François": "Fanfan", "Aurélien": "Aurel", "Mathilde": "Mathou",
    },
    streets=(
        "rue de la République", "avenue Victor-Hugo", "rue des Lilas", "place du Marché",
        "rue Pasteur", "boulevard Voltaire", "chemin des Vignes", "impasse du Moulin",
        "quai des Tanneurs", "rue de l'Église",
    ),
    street_format="{number} {street}",
    national_phones=("0{area} {rest}", "0{area}{digits}"),
    international_phones=("+33 {area} {rest}", "+33 (0){area} {rest}", "+33{area}{digits}"),
    places=(
        Place("Paris", "Île-de-France", "1", "99 00 12 ##", ("75011", "75014", "75018", "75020")),
        Place("Rennes", "Bretagne", "2", "61 91 34 ##", ("35000", "35200")),
        Place("Strasbourg", "Grand Est", "3", "53 01 56 ##", ("67000", "67100")),
        Place("Lyon", "Auvergne-Rhône-Alpes", "4", "65 71 78 ##", ("69001", "69004", "69007")),
        Place("Bordeaux", "Nouvelle-Aquitaine", "5", "36 49 90 ##", ("33000", "33800")),
    ),
    legal_form="SARL",
)

UNITED_STATES = Country(
    code="US",
    share=20,
    currency="USD",
    mail_domains=("example.com", "example.org", "example.net", "inbox.example"),
    salutations=("Ms.", "Mr."),
    women=(
        "Jennifer", "Patricia", "Elizabeth", "Jessica", "Barbara", "Kimberly", "Michelle", "Deborah",
        "Stephanie", "Samantha", "Katherine", "Guadalupe", "Latoya", "Abigail", "Madison", "Xiomara",
        "Denise",
    ),
    men=(
        "Michael", "James", "Joseph", "Daniel", "Matthew", "Anthony", "Joshua", "Kenneth", "Timothy",
        "Gregory", "Samuel", "Dwayne", "Carlos", "Tyler", "Zachary", "Nathaniel", "Hiroshi",
    ),
    surnames=(
        "Johnson", "Williams", "Brown", "Jones", "Garcia", "Miller", "Davis", "Rodriguez", "Martinez",
        "Hernandez", "Anderson", "Jackson", "Thompson", "Washington", "Nakamura", "Kaplan", "O'Brien",
        "Kowalczyk", "Peterson", "Sullivan", "Montgomery", "Vasquez",
    ),
    nicknames={
        "Jennifer": "Jen", "Elizabeth": "Betsy", "Katherine": "Kate", "Patricia": "Trish", "Michael": "Mike",
        "James": "Jim", "Joseph": "Joe", "Daniel": "Dan", "Kenneth": "Ken", "Samantha": "Sam",
    },
    streets=(
        "Maple Street", "Oak Avenue", "Washington Boulevard", "Elm Street", "Lakeview Drive",
        "Sunset Lane", "Franklin Avenue", "Hickory Court", "Cedar Road", "Jefferson Street",
        "Pine Ridge Road",
    ),
    street_format="{number} {street}",
    national_phones=("({area}) {rest}", "{area}-{rest}", "{area}{digits}"),
    international_phones=("+1 {area} {rest}", "+1 ({area}) {rest}", "+1{area}{digits}"),
    places=(
        Place("New York", "NY", "212", "555-01##", ("10003", "10011", "10025", "10128")),
        Place("Boston", "MA", "617", "555-01##", ("02116", "02130")),
        Place("Chicago", "IL", "312", "555-01##", ("60614", "60622", "60657")),
        Place("Austin", "TX", "512", "555-01##", ("78704", "78751")),
        Place("Denver", "CO", "303", "555-01##", ("80205", "80211")),
        Place("Seattle", "WA", "206", "555-01##", ("98103", "98115")),
        Place("San Francisco", "CA", "415", "555-01##", ("94110", "94117")),
    ),
    legal_form="Inc.",
)

COUNTRIES = (GERMANY, BRITAIN, FRANCE, UNITED_STATES)
