//! What the DNS tells of a name: its TXT records, by which a tenant proves a domain. A question reveals the name and nothing else.

use async_trait::async_trait;
use domain::policy;
use hickory_resolver::config::ResolveHosts;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::{ResolverBuilder, TokioResolver};

/// The DNS doesn't answer, or answers with an error: nothing is known of the name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the DNS doesn't answer: {0}")]
pub struct DnsUnavailable(pub String);

/// Reads TXT records.
#[async_trait]
pub trait TxtRecords: Send + Sync {
    /// The values of the TXT records of `name`, as they stand now, by way of a CNAME if there is one; none where there is no such name.
    async fn txt(&self, name: &str) -> Result<Vec<String>, DnsUnavailable>;
}

/// The resolver that the system is configured to ask.
#[derive(Clone, Copy, Debug)]
pub struct SystemDns;

#[async_trait]
impl TxtRecords for SystemDns {
    async fn txt(&self, name: &str) -> Result<Vec<String>, DnsUnavailable> {
        ask(TokioResolver::builder_tokio().map_err(unavailable)?, name).await
    }
}

// Questions are rare, so that nothing is kept between them: no connection, no answer of before.
async fn ask(mut asking: ResolverBuilder<TokioRuntimeProvider>, name: &str) -> Result<Vec<String>, DnsUnavailable> {
    let options = asking.options_mut();
    options.timeout = policy::DNS_TIMEOUT;
    options.attempts = policy::DNS_ATTEMPTS;
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    let resolver = asking.build().map_err(unavailable)?;
    // The dot at the end leaves no room for the search list of the system.
    let answer = tokio::time::timeout(policy::DNS_PATIENCE, resolver.txt_lookup(format!("{name}."))).await.map_err(unavailable)?;
    match answer {
        Ok(found) => Ok(found.answers().iter().filter_map(|record| value(&record.data)).take(policy::DNS_TXT_MAX).collect()),
        Err(error) if is_none(&error) => Ok(Vec::new()),
        Err(error) => Err(unavailable(error)),
    }
}

// A record is one text, in pieces of 255 bytes (RFC 7208 §3.3).
fn value(data: &RData) -> Option<String> {
    match data {
        RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
        _ => None,
    }
}

fn is_none(error: &NetError) -> bool {
    matches!(error, NetError::Dns(DnsError::NoRecordsFound(none)) if matches!(none.response_code, ResponseCode::NXDomain | ResponseCode::NoError))
}

fn unavailable(error: impl std::fmt::Display) -> DnsUnavailable {
    DnsUnavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
    use hickory_resolver::proto::op::Message;
    use hickory_resolver::proto::rr::rdata::{CNAME, TXT};
    use hickory_resolver::proto::rr::{Name, Record};
    use tokio::net::UdpSocket;

    use super::*;

    const ASKED: &str = "_countersign.login.acme.example";

    /// A server that answers every question so, and what is then told of the name.
    async fn told(answer: impl Fn(&mut Message) + Send + 'static) -> Result<Vec<String>, DnsUnavailable> {
        let server = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = server.local_addr().expect("an address");
        let serving = tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok((length, from)) = server.recv_from(&mut buffer).await {
                let question = Message::from_vec(&buffer[..length]).expect("a question");
                let mut message = Message::response(question.metadata.id, question.metadata.op_code);
                message.add_queries(question.queries.clone());
                answer(&mut message);
                server.send_to(&message.to_vec().expect("a message"), from).await.expect("an answer");
            }
        });
        let found = ask(at(address), ASKED).await;
        serving.abort();
        found
    }

    fn at(address: SocketAddr) -> ResolverBuilder<TokioRuntimeProvider> {
        let mut connection = ConnectionConfig::udp();
        connection.port = address.port();
        let server = NameServerConfig::new(address.ip(), true, vec![connection]);
        TokioResolver::builder_with_config(ResolverConfig::from_parts(None, vec![], vec![server]), TokioRuntimeProvider::default())
    }

    fn name(text: &str) -> Name {
        Name::from_utf8(format!("{text}.")).expect("a name")
    }

    fn txt(of: &str, pieces: &[&str]) -> Record {
        Record::from_rdata(name(of), 60, RData::TXT(TXT::new(pieces.iter().map(|piece| (*piece).to_owned()).collect())))
    }

    #[tokio::test]
    async fn every_record_is_told_with_its_pieces_put_together() {
        let found = told(|message| message.answers.extend([txt(ASKED, &["v=spf1 ", "-all"]), txt(ASKED, &["countersign=x"])])).await;
        let mut found = found.expect("an answer");
        found.sort();
        assert_eq!(found, ["countersign=x", "v=spf1 -all"]);
    }

    #[tokio::test]
    async fn a_name_that_is_another_one_is_followed() {
        let elsewhere = "proof.dns.example";
        let found = told(move |message| {
            let alias = Record::from_rdata(name(ASKED), 60, RData::CNAME(CNAME(name(elsewhere))));
            message.answers.extend([alias, txt(elsewhere, &["countersign=x"])]);
        });
        assert_eq!(found.await, Ok(vec!["countersign=x".to_owned()]));
    }

    #[tokio::test]
    async fn a_name_without_records_and_one_that_is_none_have_none() {
        for code in [ResponseCode::NoError, ResponseCode::NXDomain] {
            assert_eq!(told(move |message| message.metadata.response_code = code).await, Ok(vec![]), "{code}");
        }
    }

    #[tokio::test]
    async fn a_server_that_fails_says_nothing_of_the_name() {
        for code in [ResponseCode::ServFail, ResponseCode::Refused] {
            let found = told(move |message| message.metadata.response_code = code).await;
            assert!(found.is_err(), "{code}: {found:?}");
        }
    }

    #[tokio::test]
    async fn of_a_name_with_many_records_no_more_are_looked_at_than_a_bound() {
        let found = told(|message| message.answers.extend((0..policy::DNS_TXT_MAX + 10).map(|number| txt(ASKED, &[&number.to_string()])))).await;
        assert_eq!(found.map(|found| found.len()), Ok(policy::DNS_TXT_MAX));
    }
}
