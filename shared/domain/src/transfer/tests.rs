use proptest::prelude::*;

use super::*;
use crate::attributes::{Attribute, AttributeName, Kind, Schema, Translated, Writer};
use crate::id::{GroupId, Slug, TenantId, UserId};
use crate::policy;
use crate::profile::ProfileField;
use crate::roster::{Group, GroupName, RoleName, Roster};
use crate::secret::Secret;
use crate::tenant::{Issuer, Tenant};
use crate::timestamp::Timestamp;
use crate::user::{Email, User, UserStatus};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const ALL: &str = "sub,username,email,email_verified,status,name,given_name,family_name,nickname,website,birthdate,zoneinfo,locale,groups,roles,\
                   attributes.floor,password_hash";

/// A tenant with two groups, a role and a floor.
fn tenant() -> Tenant {
    let issuer = Issuer::parse("https://demo.id.example").expect("an issuer");
    let mut tenant = Tenant::named(TenantId::from_random([1; 16]), Slug::parse("demo").expect("a slug"), "Demo", issuer, NOW);
    let name = AttributeName::parse("floor").expect("a name");
    let (label, hint, readers) = (Translated::everywhere("Floor"), Translated::default(), [].into());
    let floor = Attribute { name, label, hint, kind: Kind::Integer, required: false, readers, writer: Writer::Administrator };
    tenant.attributes = Schema { version: 1, attributes: vec![floor] };
    let group =
        |number: u8, name: &str| (GroupId::from_random([number; 16]), Group { name: GroupName::parse(name).expect("a name"), roles: [].into() });
    tenant.roster = Roster {
        version: 1,
        roles: [RoleName::parse("editor").expect("a name")].into(),
        groups: [group(1, "Writers; all \\ of them"), group(2, "=Readers")].into(),
        ..Roster::default()
    };
    tenant
}

fn header() -> Header {
    Header::of(&tenant().attributes, true)
}

fn row() -> ImportedRow {
    ImportedRow { job: JobId::from_random([3; 16]), line: 7 }
}

fn drawn() -> UserId {
    UserId::from_random([9; 16])
}

fn ada() -> User {
    let mut ada = User::new(UserId::from_random([2; 16]), NOW);
    ada.username = Some("ada".to_owned());
    ada.email = Some(Email::first("ada@example.com", true));
    ada.profile.name = Some("=Ada, \"Countess\"".to_owned());
    ada.profile.nickname = Some("'quoted'".to_owned());
    ada.groups = tenant().roster.groups.keys().cloned().collect();
    ada.roles = tenant().roster.roles;
    ada.attributes = [(AttributeName::parse("floor").expect("a name"), crate::attributes::Value::Integer(-3))].into();
    ada.status = UserStatus::Disabled;
    ada
}

/// What a CSV file of these lines says, or why not.
fn read(columns: &str, line: &str) -> Result<Row, (Reason, String)> {
    let header = Header::parse(columns).expect("a header");
    Format::Csv.read(&header, line).map_err(|refused| (refused.reason, refused.detail))
}

#[test]
fn the_columns_are_those_of_the_tenant() {
    let beginning = Format::Csv.beginning(&header());
    assert_eq!(beginning, format!("{ALL}\r\n"));
    assert_eq!(Header::parse(beginning.trim_end()), Ok(header()));
    assert_eq!(Format::Csv.beginning(&Header::of(&Schema::default(), false)).matches(',').count(), MEANINGS.len() - 1);
    assert_eq!(Format::Ndjson.beginning(&header()), "");
    for (line, why) in [
        ("username,Email", "column 2 has no name that is known"),
        ("username;email", "column 1 has no name that is known"),
        ("username,password", "column 2 has no name that is known"),
        ("username,username", "the column username stands there twice"),
        ("\"username", "a quote that nothing closes"),
        (&"x,".repeat(100), "more values than there are columns"),
    ] {
        assert_eq!(Header::parse(line), Err(why.to_owned()), "{line}");
    }
    assert!(Header::parse(" username ,\"email\"").is_ok());
}

#[test]
fn what_is_written_of_a_person_is_the_same_person_again() {
    let tenant = tenant();
    let hash = Some(Secret::new("$2b$10$abc".to_owned()));
    for format in [Format::Csv, Format::Ndjson] {
        let line = format.write(&header(), &Row::of(&ada(), &tenant, hash.clone()));
        assert!(line.ends_with('\n') && line.trim_end().lines().count() == 1, "{line}");
        let read = format.read(&header(), line.trim_end()).expect("a row");
        assert_eq!(read.password_hash, hash);
        let again = read.person(&tenant, drawn(), row(), NOW).expect("a person");
        assert_eq!(again, User { imported: Some(row()), ..ada() }, "{line}");
    }
}

#[test]
fn a_file_says_no_formula_to_a_spreadsheet() {
    let written = |name: &str| {
        let row = Row { profile: [(ProfileField::Name, name.to_owned())].into(), ..Row::default() };
        Format::Csv.write(&Header::parse("name").expect("a header"), &row)
    };
    for begin in ["=", "+", "-", "@", "\t", "\r"] {
        let text = format!("{begin}1+1");
        assert!(written(&text).trim_start_matches('"').starts_with('\''), "{text:?}");
    }
    assert_eq!(written("=HYPERLINK(\"http://evil.example\",\"x\")"), "\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\"\r\n");
    assert_eq!([written("'=1"), written("Ada"), written("O'Hara")], ["''=1\r\n", "Ada\r\n", "O'Hara\r\n"]);
    let name = |cell: &str| read("name", cell).expect("a row").profile[&ProfileField::Name].clone();
    assert_eq!([name("'=1"), name("''=1"), name("'tis"), name("=1")], ["=1", "'=1", "'tis", "=1"]);
}

#[test]
fn a_line_that_is_no_row_says_what_is_wrong_and_quotes_no_value() {
    let form = |detail: &str| Err((Reason::Form, detail.to_owned()));
    assert_eq!(read("username,email", "ada"), form("1 values under 2 columns"));
    assert_eq!(read("username,email", "ada,a@b.example,x"), form("3 values under 2 columns"));
    assert_eq!(read("username,email", "\"ada,a@b.example"), form("a quote that nothing closes"));
    assert_eq!(read("email_verified", "secret"), form("email_verified: true or false"));
    assert_eq!(read("status", "secret"), form("status: active or disabled"));
    assert_eq!(read("email_verified", "TRUE").map(|row| row.email_verified), Ok(Some(true)));
    for line in [
        "",
        "[]",
        "null",
        "{",
        "{\"username\":\"secret\"",
        "\"secret\"",
        "{\"password\":\"secret\"}",
        "{\"attributes.floor\":3}",
        "{\"name\":[\"secret\"]}",
        "{\"groups\":\"secret\"}",
        "{\"roles\":[3]}",
        "{\"attributes\":[]}",
        "{\"attributes\":{\"floor\":{}}}",
        "{\"email_verified\":\"secret\"}",
    ] {
        let refused = Format::Ndjson.read(&Header::default(), line).expect_err(line);
        assert_eq!((refused.reason, refused.detail.contains("secret")), (Reason::Form, false), "{line} {}", refused.detail);
    }
    let fine =
        Format::Ndjson.read(&Header::default(), r#"{"username":"ada","email":null,"email_verified":false,"attributes":{"floor":3}}"#).expect("a row");
    assert_eq!((fine.email_verified, fine.attributes["floor"].as_str()), (Some(false), "3"));
}

#[test]
fn a_row_that_can_be_no_account_is_refused_as_by_hand() {
    let long = "x".repeat(60_000);
    for (line, detail) in [
        (r#"{"name":"Nobody"}"#.to_owned(), "an account has an address or a username"),
        (r#"{"username":"a\u202eb"}"#.to_owned(), "username: "),
        (r#"{"username":"a\u0000b"}"#.to_owned(), "username: "),
        (format!(r#"{{"username":"{long}"}}"#), "username: "),
        (r#"{"email":"nowhere"}"#.to_owned(), "email: "),
        (r#"{"username":"ada","name":"a\u202eb"}"#.to_owned(), "profile: name"),
        (format!(r#"{{"username":"ada","name":"{long}"}}"#), "profile: name"),
        (r#"{"username":"ada","website":"javascript:alert(1)"}"#.to_owned(), "profile: website"),
        (r#"{"username":"ada","attributes":{"floor":"third"}}"#.to_owned(), "attributes: floor"),
        (r#"{"username":"ada","attributes":{"badge":"gold"}}"#.to_owned(), "attributes: badge"),
        (r#"{"username":"ada","groups":["Nobody's"]}"#.to_owned(), "groups: "),
        (r#"{"username":"ada","roles":["owner"]}"#.to_owned(), "at most"),
        (r#"{"username":"ada","sub":"client:app"}"#.to_owned(), "sub: "),
        (r#"{"username":"ada","sub":"a b"}"#.to_owned(), "sub: "),
    ] {
        let refused = Format::Ndjson.read(&Header::default(), &line).and_then(|read| read.person(&tenant(), drawn(), row(), NOW)).expect_err(&line);
        assert_eq!(refused.reason, Reason::Invalid, "{line}");
        assert!(refused.detail.starts_with(detail) && refused.detail.len() <= 200, "{}", refused.detail);
    }
    // What is shown is escaped where it is shown: a name may look like a script.
    let script = Format::Ndjson.read(&Header::default(), r#"{"username":"ada","name":"<script>alert(1)</script>"}"#).expect("a row");
    let person = script.person(&tenant(), drawn(), row(), NOW).expect("a person");
    assert_eq!(person.profile.name.as_deref(), Some("<script>alert(1)</script>"));
}

#[test]
fn a_sub_of_elsewhere_is_kept_and_one_that_is_an_id_is_the_id() {
    let person = |sub: Option<&str>| {
        let said = Row { username: Some("ada".to_owned()), sub: sub.map(str::to_owned), ..Row::default() };
        said.person(&tenant(), drawn(), row(), NOW).expect("a person")
    };
    let id = UserId::from_random([4; 16]);
    let (none, other, own) = (person(None), person(Some("auth0|1")), person(Some(id.as_str())));
    assert_eq!((none.id.clone(), none.sub.as_str()), (drawn(), drawn().as_str()));
    assert_eq!((other.id, other.sub.as_str()), (drawn(), "auth0|1"));
    assert_eq!((own.id.clone(), own.sub.as_str()), (id.clone(), id.as_str()));
    assert_eq!((none.version, none.imported), (1, Some(row())));
}

#[test]
fn the_page_for_administrators_says_what_every_column_is() {
    let page = include_str!("../../../../docs/how-to/import-and-export.md");
    for (name, meaning) in MEANINGS {
        assert!(page.contains(&format!("| `{name}` | {meaning} |")), "| `{name}` | {meaning} |");
    }
    for limit in [format!("{} rows", policy::TRANSFER_ROWS_MAX), format!("{} bytes", policy::TRANSFER_LINE_MAX)] {
        assert!(page.contains(&limit), "{limit}");
    }
}

proptest! {
    #[test]
    fn every_text_comes_back_from_a_file(texts in prop::collection::vec("[ -~éß='\"@,;\\\\]{1,20}", 4), verified in any::<bool>()) {
        let texts: Vec<String> = texts.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
        let pick = |index: usize| texts.get(index).cloned();
        let said = Row {
            username: pick(0),
            email_verified: Some(verified),
            profile: pick(1).into_iter().map(|text| (ProfileField::Nickname, text)).collect(),
            groups: texts.iter().cloned().collect(),
            roles: pick(2).into_iter().collect(),
            attributes: pick(3).into_iter().map(|text| ("floor".to_owned(), text)).collect(),
            ..Row::default()
        };
        for format in [Format::Csv, Format::Ndjson] {
            let line = format.write(&header(), &said);
            prop_assert_eq!(format.read(&header(), line.trim_end_matches(['\r', '\n'])), Ok(said.clone()), "{}", line);
        }
    }

    #[test]
    fn no_line_makes_reading_panic(line in "\\PC{0,80}") {
        for format in [Format::Csv, Format::Ndjson] {
            let _read = format.read(&header(), &line);
        }
        let _header = Header::parse(&line);
    }
}
