//! What every URL is held to that somebody enters and that others are led to.

use url::Url;

/// Whether a URL leads where it seems to lead: to one host, which no user's name stands before.
// SECURITY: `https://bank.example@evil.example/` leads to evil.example, and `https://*.example/` nowhere.
pub(crate) fn leads_to_one_host(url: &Url) -> bool {
    let named = url.host_str().is_some_and(|host| !host.is_empty() && !host.contains('*'));
    named && url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_leads_to_one_host_that_it_names() {
        let leads = |text: &str| leads_to_one_host(&Url::parse(text).expect("a URL"));
        for fine in ["https://a.example/*?x=*", "http://127.0.0.1:9/", "http://[::1]/", "com.example.app://back/"] {
            assert!(leads(fine), "{fine}");
        }
        for wrong in ["https://*.a.example/", "https://*/", "https://u@a.example/", "https://:p@a.example/", "data:text/html,x", "mailto:a@a.example"]
        {
            assert!(!leads(wrong), "{wrong}");
        }
    }
}
