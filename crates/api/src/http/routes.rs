//! The routes and their documentation, in one place: what is not documented is not routed, and the
//! other way round.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use actix_web::http::{Method, header};
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder, Route, Scope, guard, web};
use digituki_domain::policy::Access;
use digituki_domain::problem::Code;
use utoipa::openapi::path::HttpMethod;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Components, OpenApi, OpenApiBuilder, PathItem, RefOr};

use crate::http::access::gate;
use crate::http::body::echo;
use crate::http::problem::Problem;

/// Collects operations. A wrong method on a known path is answered 405 with what is allowed, which
/// actix does only for routes that share one resource.
#[derive(Default)]
pub struct Routes {
    resources: BTreeMap<String, Vec<(Method, Route)>>,
    /// Each writes what it knows. Every worker has routes of its own, and none of them the documentation.
    documented: Vec<fn(&mut Documentation)>,
}

/// What the routes say of themselves.
#[derive(Default)]
struct Documentation {
    paths: Vec<(String, PathItem)>,
    schemas: Vec<(String, RefOr<Schema>)>,
}

/// Adds handlers with the documentation that `#[utoipa::path]` made beside each.
macro_rules! operations {
    ($routes:expr, $($handler:ident),+ $(,)?) => {
        pastey::paste! { $($routes.add([<__path_ $handler>], $handler);)+ }
    };
}
pub(crate) use operations;

impl Routes {
    /// Adds one operation.
    #[expect(clippy::needless_pass_by_value, reason = "a handler is a function: there is nothing to borrow")]
    pub(crate) fn add<P, H, Args>(&mut self, _documentation: P, handler: H)
    where
        P: utoipa::Path + utoipa::__dev::SchemaReferences + for<'t> utoipa::__dev::Tags<'t>,
        H: Handler<Args>,
        Args: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        let path = P::path();
        let operation_id: Rc<str> = P::operation().operation_id.unwrap_or_default().into();
        for method in P::methods() {
            let routed = to_method(&method);
            let resource = self.resources.entry(path.clone()).or_default();
            if routed == Method::GET {
                resource.push((Method::HEAD, gated(&operation_id, web::head().to(handler.clone()))));
            }
            resource.push((routed.clone(), gated(&operation_id, web::method(routed).to(handler.clone()))));
        }
        self.documented.push(|documentation| {
            for method in P::methods() {
                let mut operation = P::operation();
                operation.tags = Some(P::tags().into_iter().map(str::to_owned).collect());
                documentation.paths.push((P::path(), PathItem::new(method, operation)));
            }
            P::schemas(&mut documentation.schemas);
        });
    }

    /// Publishes a type that no handler answers with or takes as its body: utoipa collects those.
    pub(crate) fn add_schema<T: utoipa::ToSchema>(&mut self) {
        self.documented.push(|documentation| {
            documentation.schemas.push((T::name().into_owned(), T::schema()));
            T::schemas(&mut documentation.schemas);
        });
    }

    /// Adds a route that is no part of the contract: a page, or a fault on purpose in a test. It is open
    /// to all.
    pub fn add_undocumented<H, Args>(&mut self, path: &str, handler: H)
    where
        H: Handler<Args>,
        Args: FromRequest + 'static,
        H::Output: Responder + 'static,
    {
        let routes = [(Method::HEAD, web::head().to(handler.clone())), (Method::GET, web::get().to(handler))];
        self.resources.entry(path.to_owned()).or_default().extend(routes);
    }

    /// Adds a path that is no part of the contract and answers with what it read: an object (a provider, as it is
    /// written) by POST, a merge patch by PATCH, nothing by PUT. For tests of the reading.
    pub fn add_undocumented_body(&mut self, path: &str) {
        let routes = [
            (Method::POST, web::post().to(echo::object)),
            (Method::PATCH, web::patch().to(echo::patch)),
            (Method::PUT, web::put().to(echo::nothing)),
        ];
        self.resources.entry(path.to_owned()).or_default().extend(routes);
    }

    /// Every path of the contract with its methods, as routed.
    pub fn routed(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        self.resources
            .iter()
            .map(|(path, routes)| (path.as_str(), routes.iter().map(|(method, _)| method.as_str()).collect()))
    }

    /// Names that more than one schema has: in the document one would take the place of the other.
    pub fn clashes(&self) -> BTreeSet<String> {
        let mut known = BTreeMap::new();
        let written = |schema| serde_json::to_value(schema).unwrap_or_default();
        let schemas = self.documentation().schemas.into_iter().map(|(name, schema)| (name, written(schema)));
        schemas
            .filter(|(name, schema)| known.entry(name.clone()).or_insert_with(|| schema.clone()) != schema)
            .map(|(name, _)| name)
            .collect()
    }

    /// Hands the routes to the application: a request is compared with the patterns of its own collection only.
    pub(crate) fn configure(self, config: &mut web::ServiceConfig) {
        let mut scopes: BTreeMap<String, Scope> = BTreeMap::new();
        for (path, routes) in self.resources {
            match collection(&path) {
                Some(prefix) => {
                    let scope = scopes.remove(prefix).unwrap_or_else(|| web::scope(prefix));
                    let resource = resource(&path[prefix.len()..], routes);
                    scopes.insert(prefix.to_owned(), scope.service(resource));
                }
                None => {
                    config.service(resource(&path, routes));
                }
            }
        }
        for scope in scopes.into_values() {
            config.service(scope);
        }
    }

    /// The documentation of all operations.
    pub(crate) fn document(&self) -> OpenApi {
        let Documentation { paths, schemas } = self.documentation();
        let mut document = OpenApiBuilder::new().build();
        for (path, item) in paths {
            match document.paths.paths.get_mut(&path) {
                Some(known) => known.merge_operations(item),
                None => drop(document.paths.paths.insert(path, item)),
            }
        }
        let mut components = Components::new();
        components.schemas.extend(schemas);
        document.components = Some(components);
        document
    }

    fn documentation(&self) -> Documentation {
        let mut documentation = Documentation::default();
        for document in &self.documented {
            document(&mut documentation);
        }
        documentation
    }
}

/// The collection that a path belongs to: its first two segments, where they are the same for all of it.
fn collection(path: &str) -> Option<&str> {
    let end = path.match_indices('/').nth(2).map_or(path.len(), |(end, _)| end);
    let prefix = &path[..end];
    (prefix.starts_with("/v1/") && !prefix.contains('{')).then_some(prefix)
}

/// A path with all that is routed there, and with the answers to what is not.
fn resource(path: &str, routes: Vec<(Method, Route)>) -> Resource {
    let mut allowed: Vec<_> = routes.iter().map(|(method, _)| method.to_string()).collect();
    allowed.push(Method::OPTIONS.to_string());
    allowed.sort_unstable();
    let allowed = allowed.join(", ");
    let resource = routes.into_iter().fold(web::resource(path), |resource, (_, route)| resource.route(route));
    let options = allowed.clone();
    let resource = resource.route(web::route().guard(guard::Options()).to(move || {
        let answer = HttpResponse::NoContent().insert_header((header::ALLOW, options.clone())).finish();
        async move { answer }
    }));
    resource.default_service(web::to(move || {
        let problem = Problem::new(Code::MethodNotAllowed).with_header(header::ALLOW, &allowed);
        async move { Err::<HttpResponse, _>(problem) }
    }))
}

/// Sets the gate before a route. It belongs to the route itself: no address that leads here, however it
/// is written, leads past it.
fn gated(operation_id: &Rc<str>, route: Route) -> Route {
    let (operation_id, access) = (Rc::clone(operation_id), Access::to(operation_id));
    route.wrap(from_fn(move |request, next| gate(Rc::clone(&operation_id), access, request, next)))
}

fn to_method(method: &HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Options => Method::OPTIONS,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Trace => Method::TRACE,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    #[test]
    fn no_two_schemas_have_one_name() {
        let mut known = HashMap::new();
        for (name, schema) in crate::contract::routes().documentation().schemas {
            let schema = serde_json::to_value(schema).unwrap();
            let first = known.entry(name.clone()).or_insert_with(|| schema.clone());
            assert_eq!(*first, schema, "{name}");
        }
        assert!(known.len() > 50);
    }
}
