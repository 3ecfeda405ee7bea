//! Buckets of a region: nothing in one is public, and pages send and fetch files of people from one origin alone.

use serde_json::json;
use testkit::template::Template;

use crate::repository::root;

fn region() -> Template {
    let parameters = [("Zone", "eu"), ("ZoneDomain", "eu.example"), ("PrimaryZoneKeyArn", "")];
    Template::read(&root().join("infra/region.yaml"), &parameters).expect("infra/region.yaml is readable")
}

#[test]
fn no_bucket_is_public_and_each_is_encrypted() {
    let region = region();
    let buckets: Vec<_> = region.of_kind("AWS::S3::Bucket").collect();
    assert_eq!(buckets.len(), 3);
    for bucket in buckets {
        let blocked = &bucket.properties["PublicAccessBlockConfiguration"];
        let all = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];
        assert!(all.iter().all(|way| blocked[way] == true), "{}", bucket.logical_id);
        assert!(bucket.properties["BucketEncryption"].is_object(), "{}", bucket.logical_id);
    }
}

#[test]
fn pages_at_the_admin_apis_origin_alone_send_and_fetch_by_links() {
    let region = region();
    let shared: Vec<_> = region.of_kind("AWS::S3::Bucket").filter(|bucket| bucket.properties["CorsConfiguration"].is_object()).collect();
    let [transfers] = &shared[..] else { panic!("{} buckets", shared.len()) };
    assert_eq!(transfers.logical_id, "TransfersBucket");
    let rules = transfers.properties["CorsConfiguration"]["CorsRules"].as_array().expect("rules");
    let [rule] = &rules[..] else { panic!("{} rules", rules.len()) };
    assert_eq!((&rule["AllowedOrigins"], &rule["AllowedMethods"]), (&json!(["https://admin.eu.example"]), &json!(["GET", "PUT"])));
    assert_eq!(rule["ExposedHeaders"], json!(["ETag"]));
}
