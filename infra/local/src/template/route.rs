//! Routes of the HTTP API: `AWS::ApiGatewayV2::Route` → `Integration` → function.

use std::collections::BTreeMap;

use testkit::template::Template;

use super::DeploymentError;
use super::resource::Resource;

/// A route's path: literal segments, `{name}`s that stand for one segment each, and at its end `{name+}`, which stands for the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern(String);

impl PathPattern {
    /// The pattern as the template writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a request's path is of this pattern, compared segment by segment as API Gateway does.
    pub fn matches(&self, path: &str) -> bool {
        let mut segments = path.split('/');
        let mut greedy = false;
        let fits = self.0.split('/').all(|wanted| {
            greedy = wanted.ends_with("+}");
            segments.next().is_some_and(|segment| is_parameter(wanted) && !segment.is_empty() || wanted == segment)
        });
        fits && (greedy || segments.next().is_none())
    }

    fn parameters(&self) -> usize {
        self.0.split('/').filter(|segment| is_parameter(segment)).count()
    }
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

/// What requests of one method and path reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method; `None` is `ANY`.
    pub method: Option<String>,
    /// The path.
    pub path: PathPattern,
    /// The folder of the function that answers.
    pub function: String,
}

impl Route {
    /// Whether a request takes this route.
    pub fn takes(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted == method) && self.path.matches(path)
    }
}

/// The routes, the most specific first, as API Gateway chooses among them.
pub(super) fn read(template: &Template, functions: &BTreeMap<String, String>) -> Result<Vec<Route>, DeploymentError> {
    let routes = Resource::all(template, "AWS::ApiGatewayV2::Route").map(|resource| route(template, &resource, functions));
    let mut routes = routes.collect::<Result<Vec<_>, _>>()?;
    routes.sort_by_key(|route| (route.path.parameters(), route.method.is_none()));
    Ok(routes)
}

fn route(template: &Template, resource: &Resource, functions: &BTreeMap<String, String>) -> Result<Route, DeploymentError> {
    let key = resource.text("RouteKey")?;
    let (method, path) = key.split_once(' ').ok_or_else(|| resource.wrong(format!("has a RouteKey that isn't understood here: {key}")))?;
    let integration = resource.reference("Target")?;
    let integration = Resource::find(template, &integration).ok_or_else(|| resource.wrong(format!("names {integration}, which isn't there")))?;
    let function = integration.reference("IntegrationUri")?;
    let function = functions.get(&function).ok_or_else(|| integration.wrong(format!("names {function}, which isn't a function")))?;
    let method = (method != "ANY").then(|| method.to_owned());
    Ok(Route { method, path: PathPattern(path.to_owned()), function: function.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_matches_segment_by_segment() {
        let pattern = PathPattern("/t/{slug}/token".to_owned());
        assert!(pattern.matches("/t/demo/token"));
        for other in ["/t/demo/token/", "/t/demo/tokens", "/t//token", "/t/a/b/token", "/t/demo", "/token", "", "/", "t/demo/token"] {
            assert!(!pattern.matches(other), "{other}");
        }
    }

    #[test]
    fn a_greedy_parameter_takes_the_rest_of_a_path() {
        let pattern = PathPattern("/admin/v1/{path+}".to_owned());
        for fits in ["/admin/v1/tenants", "/admin/v1/tenants/demo/users/x", "/admin/v1/tenants/"] {
            assert!(pattern.matches(fits), "{fits}");
        }
        for other in ["/admin/v1", "/admin/v1/", "/admin/v2/tenants", "/t/demo/admin/v1/tenants"] {
            assert!(!pattern.matches(other), "{other}");
        }
    }

    #[test]
    fn a_method_is_taken_by_its_own_route_alone_and_any_by_all() {
        let route = |method: Option<&str>| Route {
            method: method.map(str::to_owned),
            path: PathPattern("/jwks".to_owned()),
            function: "discovery".to_owned(),
        };
        assert!(route(None).takes("DELETE", "/jwks"));
        assert!(route(Some("GET")).takes("GET", "/jwks"));
        assert!(!route(Some("GET")).takes("POST", "/jwks"));
    }
}
