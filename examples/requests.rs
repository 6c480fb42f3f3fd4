//! A web service under load: where did the slowest request spend its time?
//!
//! A small shop, built as such services are: axum, tower-http's `TraceLayer`, sqlx on SQLite, tokio
//! with two workers. An HTTP client on a thread of its own sends a few hundred requests over
//! loopback. Then the recording is drawn.
//!
//! | request | what it shows |
//! |---|---|
//! | `/product/{id}` | fast: mostly a cache hit, else one query |
//! | `/search/{word}` | slow: a heavy query on the connection's thread, then work on the worker |
//! | `/dashboard/{user}` | fan-out: three queries under one `join!` |
//! | `/login/{user}` | hashing under `spawn_blocking` |
//! | `/order/{id}` | spawned children; one of them outlives the response |
//! | `/export` | cancelled: the client hangs up, and hyper drops the handler half-way |
//! | `/report` | holds a pooled connection while it renders and delivers |
//!
//! What to look at, in the pictures or, all in one, in `report.html`:
//! - `requests.slowest.svg`. An order that costs a few milliseconds of work took hundreds. It is
//!   hatched, that is idle, under `acquire`: it waits for a connection, three times.
//! - `requests.chart.svg`, at the same time. Both connections' threads are idle as well. The two
//!   connections belong to `report`s, which hold them while they render and talk to a mail gateway.
//!   Ending the read before rendering is the cure.
//! - `requests.flamegraph.svg`. A query runs on its connection's thread, where nothing else is
//!   entered. The graph goes by what a span belongs to, so it stands under its request all the same.
//! - `requests.reversed.svg`. Most of the work is in two queries that read every review.
//! - The `export` in the request table has no `status`: it never came to answer.
//!
//! The targets `http`, `html` and `store` stand for the crates that a larger service would have: the
//! pictures colour by them.
//!
//! The recorder is the stand-alone subscriber, the cheaper form; `compose` shows the layer.

use axum::body::Bytes;
use axum::extract::{MatchedPath, Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Router, http};
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use pictures::Failure;
use spanfire_views::Stacks;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool};
use std::collections::HashMap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tower_http::trace::TraceLayer;
use tracing::{Instrument, Span, field, info_span, instrument};

fn main() -> Result<(), Failure> {
    let runtime = server_runtime()?;
    let shop = Shop { pool: runtime.block_on(open_database())?, cache: Arc::default() };

    let guard = pictures::recorder("requests")?.init()?;

    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server = runtime.spawn(async move {
        let stopped = async move { drop(stopped.await) };
        axum::serve(listener, shop.router()).with_graceful_shutdown(stopped).await
    });

    println!("serving http://{address}/ and sending requests to it …");
    let answered = drive(address)?;
    drop(stop);
    runtime.block_on(server)??;
    runtime.shutdown_timeout(Duration::from_secs(1));

    println!("{answered} requests answered, 1 given up by the client\n");
    let Some(recording) = pictures::finished(guard)? else { return Ok(()) };
    pictures::print_top(&recording, 12)?;
    pictures::print_slowest_requests(&recording, 10)?;
    pictures::draw(&recording, "requests", Stacks::Span)?;
    pictures::report(&recording, "requests")
}

fn server_runtime() -> std::io::Result<Runtime> {
    let started = AtomicUsize::new(1);
    Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name_fn(move || format!("tokio-{}", started.fetch_add(1, Ordering::Relaxed)))
        .enable_all()
        .build()
}

// The shop.

/// Two connections, as if the database allowed no more; it takes two reports to use them up.
const CONNECTIONS: u32 = 2;

#[derive(Clone)]
struct Shop {
    pool: SqlitePool,
    cache: Arc<Mutex<HashMap<i64, Arc<str>>>>,
}

type Answer = Result<String, StatusCode>;

/// A text and a number: all that the pages of this shop show.
type Rows = Vec<(String, i64)>;

impl Shop {
    fn router(self) -> Router {
        Router::new()
            .route("/product/{id}", get(product))
            .route("/search/{word}", get(search))
            .route("/dashboard/{user}", get(dashboard))
            .route("/login/{user}", get(login))
            .route("/order/{id}", get(order))
            .route("/export", get(export))
            .route("/report", get(report))
            .layer(
                TraceLayer::new_for_http().make_span_with(request_span).on_request(()).on_response(
                    |response: &Response, _: Duration, span: &Span| {
                        span.record("status", response.status().as_u16());
                    },
                ),
            )
            .with_state(self)
    }

    /// A connection of the pool. What waits here waits for someone else to give one back.
    #[instrument(target = "store", skip_all)]
    async fn acquire(&self) -> Result<PoolConnection<Sqlite>, StatusCode> {
        self.pool.acquire().await.map_err(unavailable)
    }

    #[instrument(skip_all)]
    fn cached(&self, id: i64) -> Option<Arc<str>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    #[instrument(skip_all)]
    fn keep(&self, id: i64, name: &str) {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).insert(id, name.into());
    }
}

/// The root span: what names the request in the tables. The status is not known yet.
fn request_span(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let number = request.headers().get("x-request-id").and_then(|id| id.to_str().ok());
    info_span!(
        target: "http",
        "request",
        method = request.method().as_str(),
        route,
        number = number.and_then(|number| number.parse::<u64>().ok()),
        status = field::Empty,
    )
}

fn unavailable(_: sqlx::Error) -> StatusCode {
    StatusCode::SERVICE_UNAVAILABLE
}

#[instrument(skip_all)]
async fn product(State(shop): State<Shop>, Path(id): Path<i64>) -> Answer {
    let name = match shop.cached(id) {
        Some(name) => name,
        None => {
            let name = load_product(&shop, id).await?;
            shop.keep(id, &name);
            name.into()
        }
    };
    Ok(render_page(&name, &[(name.to_string(), id)]))
}

#[instrument(target = "store", skip_all)]
async fn load_product(shop: &Shop, id: i64) -> Result<String, StatusCode> {
    let mut connection = shop.acquire().await?;
    sqlx::query_scalar("SELECT name FROM product WHERE id = ?")
        .bind(id)
        .fetch_optional(&mut *connection)
        .await
        .map_err(unavailable)?
        .ok_or(StatusCode::NOT_FOUND)
}

#[instrument(skip_all)]
async fn search(State(shop): State<Shop>, Path(word): Path<String>) -> Answer {
    let mut found = find_reviews(&shop, &word).await?;
    rank(&word, &mut found);
    Ok(render_page(&word, &found))
}

/// `LIKE` with a leading wildcard reads every review.
#[instrument(target = "store", skip_all)]
async fn find_reviews(shop: &Shop, word: &str) -> Result<Rows, StatusCode> {
    let mut connection = shop.acquire().await?;
    let query = "SELECT text, stars FROM review JOIN product ON product.id = review.product
         WHERE text LIKE '%' || ? || '%' ORDER BY stars DESC, length(text) LIMIT 1000";
    let rows = sqlx::query_as(query).bind(word).fetch_all(&mut *connection).await;
    rows.map_err(unavailable)
}

#[instrument(target = "html", skip_all)]
fn rank(word: &str, found: &mut [(String, i64)]) {
    found.sort_by_cached_key(|(text, stars)| {
        (text.find(word), -stars, text.to_lowercase().split(' ').rev().collect::<String>())
    });
}

#[instrument(skip_all)]
async fn dashboard(State(shop): State<Shop>, Path(user): Path<i64>) -> Answer {
    let (orders, favourites, reviews) =
        tokio::join!(orders_of(&shop, user), favourites_of(&shop, user), reviews_of(&shop, user));
    let rows = [orders?, favourites?, reviews?].concat();
    Ok(render_page("dashboard", &rows))
}

#[instrument(target = "store", skip_all)]
async fn orders_of(shop: &Shop, user: i64) -> Result<Rows, StatusCode> {
    let query = "SELECT product.name, count(*) FROM orders JOIN product ON product.id = product
                 WHERE user % 50 = ? % 50 GROUP BY product LIMIT 40";
    list(shop, query, user).await
}

#[instrument(target = "store", skip_all)]
async fn favourites_of(shop: &Shop, user: i64) -> Result<Rows, StatusCode> {
    let query = "SELECT name, sum(stars) AS sum FROM review JOIN product ON product.id = product
                 WHERE product % 40 = ? % 40 GROUP BY product ORDER BY sum DESC LIMIT 40";
    list(shop, query, user).await
}

#[instrument(target = "store", skip_all)]
async fn reviews_of(shop: &Shop, user: i64) -> Result<Rows, StatusCode> {
    list(shop, "SELECT text, stars FROM review WHERE product = ? LIMIT 40", user).await
}

async fn list(shop: &Shop, query: &str, key: i64) -> Result<Rows, StatusCode> {
    let mut connection = shop.acquire().await?;
    let rows = sqlx::query_as(query).bind(key).fetch_all(&mut *connection).await;
    rows.map_err(unavailable)
}

#[instrument(skip_all)]
async fn login(State(shop): State<Shop>, Path(user): Path<i64>) -> Answer {
    let salt = load_product(&shop, user).await?;
    let hashing = info_span!("hash_password");
    let hash = tokio::task::spawn_blocking(move || hashing.in_scope(|| hash_password(&salt)));
    let hash = hash.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(render_page("welcome", &[(format!("{hash:x}"), user)]))
}

/// As slow as a password hash ought to be, without a crate for it.
fn hash_password(salt: &str) -> u64 {
    (0..200_000).fold(0, |hash: u64, _| {
        let mut hasher = DefaultHasher::new();
        (hash, salt).hash(&mut hasher);
        hasher.finish()
    })
}

#[instrument(skip_all)]
async fn order(State(shop): State<Shop>, Path(id): Path<i64>) -> Answer {
    let name = load_product(&shop, id).await?;
    reserve(&shop, id).await?;
    let paid = tokio::spawn(charge().instrument(info_span!("charge")));
    paid.await.map_err(|_| StatusCode::PAYMENT_REQUIRED)?;
    store_order(&shop, id).await?;
    // Nobody waits for the mail: it outlives the response, and still belongs to the request.
    tokio::spawn(send_mail(name.clone()).in_current_span());
    Ok(render_page("ordered", &[(name, id)]))
}

#[instrument(target = "store", skip_all)]
async fn reserve(shop: &Shop, id: i64) -> Result<(), StatusCode> {
    change(shop, "UPDATE product SET stock = stock - 1 WHERE id = ?", id).await
}

/// A payment gateway that answers after two milliseconds.
async fn charge() {
    tokio::time::sleep(Duration::from_millis(2)).await;
}

#[instrument(target = "store", skip_all)]
async fn store_order(shop: &Shop, id: i64) -> Result<(), StatusCode> {
    change(shop, "INSERT INTO orders (user, product) VALUES (7, ?)", id).await
}

async fn change(shop: &Shop, statement: &str, id: i64) -> Result<(), StatusCode> {
    let mut connection = shop.acquire().await?;
    let done = sqlx::query(statement).bind(id).execute(&mut *connection).await;
    done.map(drop).map_err(unavailable)
}

#[instrument(skip_all)]
async fn send_mail(name: String) {
    let mail = render_page("Thank you", &[(name, 1)]);
    tokio::time::sleep(Duration::from_millis(4)).await;
    drop(mail);
}

#[instrument(skip_all)]
async fn export(State(shop): State<Shop>) -> Answer {
    let mut pages = String::new();
    for first in (0..PRODUCTS).step_by(50) {
        pages += &export_page(&shop, first).await?;
    }
    Ok(pages)
}

#[instrument(skip_all)]
async fn export_page(shop: &Shop, first: i64) -> Answer {
    let query = "SELECT name, id FROM product WHERE id BETWEEN ?1 AND ?1 + 49";
    let rows = list(shop, query, first).await?;
    tokio::time::sleep(Duration::from_millis(10)).await;
    Ok(render_page("export", &rows))
}

/// The mistake: the connection is not given back before the slow part.
#[instrument(skip_all)]
async fn report(State(shop): State<Shop>) -> Answer {
    let mut connection = shop.acquire().await?;
    let query = "SELECT name, sum(stars) FROM review JOIN product ON product.id = product
                 GROUP BY product LIMIT 5000";
    let rows = sqlx::query_as(query).fetch_all(&mut *connection);
    let rows: Rows =
        rows.instrument(info_span!(target: "store", "sum_stars")).await.map_err(unavailable)?;
    let page = render_page("report", &rows);
    deliver(&page).await;
    drop(connection);
    Ok(page)
}

/// A mail gateway that takes its time.
#[instrument(skip_all)]
async fn deliver(page: &str) {
    tokio::time::sleep(Duration::from_millis(60 + page.len() as u64 % 8)).await;
}

#[instrument(target = "html", skip_all)]
fn render_page(title: &str, rows: &[(String, i64)]) -> String {
    let mut page = format!("<h1>{}</h1><table>", escape(title));
    for (text, number) in rows {
        // Writing to a string cannot fail.
        let _ = write!(page, "<tr><td>{}</td><td>{number}</td></tr>", escape(text));
    }
    page + "</table>"
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

// The database.

const PRODUCTS: i64 = 2_000;

async fn open_database() -> Result<SqlitePool, Failure> {
    let path = pictures::directory()?.join("requests.db");
    for ending in ["db", "db-wal", "db-shm"] {
        // Most often there is none from an earlier run.
        let _ = std::fs::remove_file(path.with_extension(ending));
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Off);
    let pool = SqlitePoolOptions::new()
        .min_connections(CONNECTIONS)
        .max_connections(CONNECTIONS)
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    for statement in SCHEMA {
        sqlx::query(statement).execute(&pool).await?;
    }
    Ok(pool)
}

/// 2,000 products, ten reviews of each, and 4,000 orders, the same in every run.
const SCHEMA: [&str; 6] = [
    "CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT, stock INTEGER)",
    "CREATE TABLE review (product INTEGER, stars INTEGER, text TEXT)",
    "CREATE TABLE orders (user INTEGER, product INTEGER)",
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)
     INSERT INTO product SELECT i, 'product <' || (i * 7919 % 2003) || '>', 1000 FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999)
     INSERT INTO review SELECT i / 10, i * 31 % 5 + 1, 'a ' ||
     CASE i % 4 WHEN 0 THEN 'sturdy' WHEN 1 THEN 'wobbly' WHEN 2 THEN 'quiet' ELSE 'bright' END ||
     ' thing, bought ' || (i * 17 % 365) || ' days ago & still in use' FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 3999)
     INSERT INTO orders SELECT i * 13 % 500, i * 29 % 2000 FROM n",
];

// The client.

/// Sends everything and returns how many requests were answered.
fn drive(address: SocketAddr) -> Result<usize, Failure> {
    // One thread that runs no span: what is recorded is the service alone.
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let browser = Browser {
        client: Client::builder(TokioExecutor::new()).build_http(),
        address,
        sent: Arc::default(),
    };
    runtime.block_on(async {
        let everyday = browser.clone().everyday().await?;
        browser.clone().hang_up().await?;
        let end_of_month = browser.end_of_month().await?;
        Ok(everyday + end_of_month)
    })
}

#[derive(Clone)]
struct Browser {
    client: Client<HttpConnector, Empty<Bytes>>,
    address: SocketAddr,
    sent: Arc<AtomicUsize>,
}

impl Browser {
    async fn get(&self, path: &str) -> Result<(), Failure> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
        let request = http::Request::get(format!("http://{}{path}", self.address))
            .header("x-request-id", number)
            .body(Empty::new())?;
        let response = self.client.request(request).await?;
        if !response.status().is_success() {
            return Err(format!("{path}: {}", response.status()).into());
        }
        response.into_body().collect().await?;
        Ok(())
    }

    /// One after the other, `times` times over.
    async fn walk(self, paths: Vec<String>, times: usize) -> Result<usize, Failure> {
        for path in paths.iter().cycle().take(paths.len() * times) {
            self.get(path).await?;
        }
        Ok(paths.len() * times)
    }

    /// Six customers who look at products, search, log in and order.
    async fn everyday(self) -> Result<usize, Failure> {
        let customers = (1..=6).map(|customer| {
            let product = |number: i64| format!("/product/{}", customer * number % PRODUCTS);
            let word = ["sturdy", "wobbly", "quiet"][customer as usize % 3];
            let mut paths: Vec<String> = (1..=8).map(product).collect();
            paths.push(format!("/search/{word}"));
            paths.push(format!("/dashboard/{customer}"));
            if customer % 2 == 0 {
                paths.push(format!("/login/{customer}"));
                paths.push(format!("/order/{customer}"));
            }
            self.clone().walk(paths, 6)
        });
        join_all(customers).await
    }

    /// A customer who does not wait for the end of a long answer.
    async fn hang_up(self) -> Result<(), Failure> {
        match tokio::time::timeout(Duration::from_millis(200), self.get("/export")).await {
            Err(_gave_up) => Ok(()),
            Ok(answer) => {
                answer.and(Err("the export was faster than the client's time-out".into()))
            }
        }
    }

    /// Four reports at any time, and one customer who orders meanwhile.
    async fn end_of_month(self) -> Result<usize, Failure> {
        let reports = join_all((0..4).map(|_| self.clone().walk(vec!["/report".into()], 4)));
        let customer = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            self.clone().walk(vec!["/product/7".into(), "/order/7".into()], 1).await
        };
        let (reports, customer) = tokio::join!(reports, customer);
        Ok(reports? + customer?)
    }
}

/// Runs walks side by side and adds up what they return.
async fn join_all<W>(walks: impl Iterator<Item = W>) -> Result<usize, Failure>
where
    W: Future<Output = Result<usize, Failure>> + Send + 'static,
{
    let walks: Vec<_> = walks.map(tokio::spawn).collect();
    let mut answered = 0;
    for walk in walks {
        answered += walk.await??;
    }
    Ok(answered)
}
