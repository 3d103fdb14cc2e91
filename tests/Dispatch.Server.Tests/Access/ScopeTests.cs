using System.Text.Json.Nodes;
using Dispatch.Server.Tests.Musters;
using Dispatch.Server.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Access;

/// <summary>
/// Who may see and order what, generated from the routes the node really has: a new route fails these tests until it says here whom it serves.
/// </summary>
public sealed class ScopeTests : IAsyncLifetime
{
    private const string Everybody = "everybody", SignedIn = "signed in", Operators = "operators", Volunteers = "volunteers";

    private static readonly Dictionary<string, string> Serves = new()
    {
        ["POST /api/session"] = Everybody,
        ["POST /api/session/activate"] = Everybody,
        ["POST /api/session/refresh"] = Everybody,
        ["DELETE /api/session"] = Everybody,
        ["GET /api/me"] = SignedIn,
        ["GET /api/categories"] = SignedIn,
        ["GET /api/qualifications"] = SignedIn,
        ["GET /api/regions"] = SignedIn,
        ["GET /api/regions/boundaries"] = SignedIn,
        ["GET /api/regions/locate"] = SignedIn,
        ["POST /api/regions/import"] = Operators,
        ["GET /api/policies"] = Operators,
        ["PUT /api/policies"] = Operators,
        ["POST /api/regions/{code}/mode"] = Operators,
        ["PUT /api/regions/{code}/liaisons"] = Operators,
        ["POST /api/incidents/{id}/needs/{ordinal}"] = Operators,
        ["POST /api/incidents/{id}/aid"] = Operators,
        ["POST /api/incidents/{id}/offers/{offerId}"] = Operators,
        ["GET /api/mutual-aid"] = Operators,
        ["GET /api/mutual-aid/{id}"] = Operators,
        ["POST /api/mutual-aid/{id}/answer"] = Operators,
        ["POST /api/releases/{id}/extend"] = Operators,
        ["POST /api/releases/{id}/decide"] = Operators,
        ["PUT /api/agreements/{id}"] = Operators,
        ["POST /api/agreements/{id}/accept"] = Operators,
        ["POST /api/agreements/{id}/end"] = Operators,
        ["PUT /api/reserve-floors/{id}"] = Operators,
        ["POST /api/reserve-floors/{id}/lift"] = Operators,
        ["PUT /api/unified-command/{id}"] = Operators,
        ["POST /api/unified-command/{id}/end"] = Operators,
        ["PUT /api/me/offers/{id}"] = Volunteers,
        ["PUT /api/incidents/{id}"] = Operators,
        ["GET /api/incidents"] = Operators,
        ["GET /api/incidents/{id}"] = Operators,
        ["GET /api/incidents/{id}/facts"] = Operators,
        ["GET /api/incidents/{id}/explanation"] = Operators,
        ["POST /api/incidents/{id}/escalate"] = Operators,
        ["POST /api/incidents/{id}/recall"] = Operators,
        ["POST /api/incidents/{id}/close"] = Operators,
        ["POST /api/incidents/{id}/cancel"] = Operators,
        ["POST /api/callouts/{id}/recall"] = Operators,
        ["POST /api/callouts/{id}/release"] = Operators,
        ["GET /api/responders"] = Operators,
        ["GET /api/system"] = Operators,
        ["GET /api/nodes"] = Operators,
        ["POST /api/nodes/{id}/drain"] = Operators,
        ["GET /api/volunteers"] = Operators,
        ["POST /api/volunteers/{id}/activation-code"] = Operators,
        ["POST /api/volunteers/import"] = Operators,
        ["GET /api/volunteers/import/template.xlsx"] = Operators,
        ["GET /api/teams"] = Operators,
        ["POST /api/teams/import"] = Operators,
        ["GET /api/callouts/mine"] = Volunteers,
        ["GET /api/callouts/{id}/why"] = Volunteers,
        ["PUT /api/callouts/{id}/answer"] = Volunteers,
        ["PUT /api/callouts/{id}/progress"] = Volunteers,
        ["PUT /api/callouts/{id}/seen"] = Volunteers,
        ["PUT /api/musters/{id}"] = Operators,
        ["GET /api/musters"] = Operators,
        ["GET /api/musters/{id}"] = Operators,
        ["GET /api/musters/{id}/facts"] = Operators,
        ["POST /api/musters/{id}/stand-down"] = Operators,
        ["POST /api/musters/{id}/people/{volunteerId}/check-in"] = Operators,
        ["PUT /api/musters/{id}/answer"] = Volunteers,
        ["PUT /api/musters/{id}/check-in"] = Volunteers,
        ["PUT /api/callouts/{id}/on-behalf"] = Volunteers,
        ["PUT /api/callouts/{id}/repudiate"] = Volunteers,
        ["GET /api/me/teams"] = Volunteers,
        ["PUT /api/me/tasks/{id}/answer"] = Volunteers,
        ["GET /api/liaison-tasks"] = Operators,
        ["POST /api/liaison-tasks/{id}/answer"] = Operators,
        ["POST /api/plans"] = Operators,
        ["POST /api/volunteers/{id}/drill-phone"] = Operators,
        ["PUT /api/me/duty"] = Volunteers,
        ["PUT /api/me/hours"] = Volunteers,
        ["PUT /api/me/means"] = Volunteers,
        ["PUT /api/me/consents"] = Volunteers,
        ["PUT /api/me/position"] = Volunteers,
        ["POST /api/channels/{channel}/replies"] = Everybody, // and only with a good signature: InboundTests
        ["POST /api/channels/{channel}/reports"] = Everybody,
        ["POST /api/channels/push/received"] = Everybody,
        ["POST /api/volunteers/{id}/reachability"] = Operators,
        ["GET /api/volunteers/{id}/reachability"] = Operators,
        ["PUT /api/me/tests/{id}"] = Volunteers,
        ["GET /api/me/push"] = Volunteers,
        ["PUT /api/me/push"] = Volunteers,
        ["DELETE /api/me/push"] = Volunteers,
    };

    /// <summary>Their id names what is being made: whose region it is stands in the body (PolicyTests, AgreementTests, SelfOfferTests).</summary>
    private static readonly string[] Makes = ["PUT /api/agreements/{id}", "PUT /api/reserve-floors/{id}", "PUT /api/unified-command/{id}", "PUT /api/me/offers/{id}"];

    private TestNode node = null!;
    private ApiClient futian = null!, luohu = null!, asked = null!, neighbour = null!, stranger = null!;
    private Guid incident, callout, volunteer, muster;

    /// <summary>An open incident of 440304 with one volunteer asked; a volunteer of 440303 who has nothing to do with it.</summary>
    public async Task InitializeAsync()
    {
        node = await TestNode.StartAsync();
        volunteer = await node.World.VolunteerAsync(100);
        await node.World.VolunteerAsync(200, home: "440303001");
        futian = await node.SignInAsync("futian");
        luohu = await node.SignInAsync("luohu");
        asked = await node.SignInAsync("v0001");
        neighbour = await node.SignInAsync("v0002");
        stranger = node.Stranger();
        incident = await futian.RaiseAsync(ApiClient.Flood());
        await futian.WhenAsync(incident, "offered", 1);
        callout = await asked.MyCalloutAsync();
        muster = await MusterSupport.CallAsync(futian, [], [volunteer]);
    }

    public async Task DisposeAsync()
    {
        foreach (var caller in new[] { futian, luohu, asked, neighbour, stranger })
        {
            caller.Dispose();
        }

        await node.DisposeAsync();
    }

    [Fact]
    public void Every_route_says_whom_it_serves()
    {
        var routes = Routes().ToList();
        Assert.Equal(Serves.Keys.Order(), routes.Select(route => route.Name).Order());
        Assert.All(routes, route => Assert.Equal((route.Name, Serves[route.Name]), (route.Name, string.Join(" and ", route.Policies.Where(policy => policy is not null)) switch
        {
            "" => route.Policies.Length == 0 ? Everybody : SignedIn,
            "OperatorsOnly" => Operators,
            "VolunteersOnly" => Volunteers,
            var other => other,
        })));
    }

    [Fact]
    public async Task Without_a_sign_in_every_route_but_signing_in_is_refused()
    {
        foreach (var name in Serves.Where(route => route.Value != Everybody).Select(route => route.Key))
        {
            var (status, problem) = await CallAsync(stranger, name);
            Assert.Equal((name, 401, "https://dispatch.invalid/problems/unauthenticated"), (name, status, (string?)problem!["type"]));
        }
    }

    [Fact]
    public async Task A_route_of_the_other_role_is_refused()
    {
        foreach (var (name, role) in Serves.Where(route => route.Value is Operators or Volunteers))
        {
            var (status, problem) = await CallAsync(role == Operators ? asked : futian, name);
            Assert.Equal((name, 403, "https://dispatch.invalid/problems/forbidden"), (name, status, (string?)problem!["type"]));
        }
    }

    [Fact]
    public async Task What_belongs_to_another_region_is_answered_like_what_does_not_exist()
    {
        var before = (await futian.IncidentAsync(incident)).ToJsonString();
        foreach (var (name, role) in Serves.Where(route => route.Key.Contains("{id}", StringComparison.Ordinal) && !route.Key.EndsWith("/seen", StringComparison.Ordinal)
            && !route.Key.Contains("/nodes/", StringComparison.Ordinal) // a node belongs to no region: DrainTests
            && !Makes.Contains(route.Key)))
        {
            var caller = role == Operators ? luohu : neighbour;
            var (status, problem) = await CallAsync(caller, name);
            Assert.Equal((name, 404), (name, status));
            if (name is not ("PUT /api/incidents/{id}" or "PUT /api/musters/{id}")) // an unknown id would be a raise
            {
                var (_, unknown) = await CallAsync(caller, name, Guid.NewGuid());
                Assert.Equal((name, unknown!.ToJsonString()), (name, problem!.ToJsonString()));
            }
        }

        Assert.Equal(before, (await futian.IncidentAsync(incident)).ToJsonString());
    }

    [Fact]
    public async Task No_list_of_another_region_says_a_word_of_ours()
    {
        string[] secrets = [incident.ToString(), callout.ToString(), muster.ToString(), volunteer.ToString(), "志愿者1", "景田北六街", "福田指挥员"];
        foreach (var name in Serves.Keys.Where(route => route.StartsWith("GET", StringComparison.Ordinal) && !route.Contains("{id}", StringComparison.Ordinal) && !route.EndsWith("xlsx", StringComparison.Ordinal)))
        {
            foreach (var caller in new[] { luohu, neighbour })
            {
                using var answer = await caller.Http.GetAsync(name[4..]);
                var text = await answer.Content.ReadAsStringAsync();
                Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task On_the_live_line_too_each_hears_and_orders_only_what_is_his()
    {
        await using var phone = await LivePhone.ConnectAsync(node, neighbour.Token);
        foreach (var (method, arguments) in new (string, object[])[]
        {
            ("Answer", [callout, new { answer = "accept" }]), ("Answer", [Guid.NewGuid(), new { answer = "accept" }]), ("Progress", [callout, new { state = "enRoute" }]),
        })
        {
            var answer = await phone.OrderAsync(method, arguments);
            Assert.Equal("https://dispatch.invalid/problems/notFound", answer.GetProperty("problem").GetProperty("type").GetString());
        }

        await phone.SayAsync("Seen", callout);
        await Assert.ThrowsAsync<HubException>(() => phone.OrderAsync("WatchBoard", [null]));
        await using var console = await LiveConsole.WatchAsync(node, futian.Token, null);
        foreach (var (method, arguments) in new (string, object[])[]
        {
            ("Watch", [0L]), ("Answer", [callout, new { answer = "accept" }]), ("Progress", [callout, new { state = "enRoute" }]), ("Seen", [callout]), ("Received", [1L]),
            ("Duty", [new { duty = "off" }]), ("Position", [new { longitude = 114.0, latitude = 22.5, datum = "wgs84", accuracyMetres = 1, takenAt = TimeProvider.System.GetUtcNow() }]),
        })
        {
            await Assert.ThrowsAsync<HubException>(() => console.OrderAsync(method, arguments));
        }

        Assert.Equal("offered", (string?)(await futian.IncidentAsync(incident))["callouts"]![0]!["state"]);
        Assert.DoesNotContain("CalloutSeen", (await futian.FactsAsync(incident)).Kinds());
    }

    [Fact]
    public async Task Without_a_sign_in_or_from_a_foreign_page_there_is_no_live_line()
    {
        Assert.Equal(401, (int)(await stranger.Http.PostAsync("/live/negotiate?negotiateVersion=1", null)).StatusCode);
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/live/negotiate?negotiateVersion=1") { Headers = { { "Origin", "https://elsewhere.example" } } };
        Assert.Equal(403, (int)(await futian.Http.SendAsync(foreign)).StatusCode);
    }

    private IEnumerable<(string Name, string?[] Policies)> Routes() =>
        from endpoint in node.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let pattern = "/" + endpoint.RoutePattern.RawText!.Trim('/').Replace(":guid", "", StringComparison.Ordinal)
        where pattern.StartsWith("/api", StringComparison.Ordinal)
        from method in endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
        select ($"{method} {pattern}", endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy).ToArray());

    private Task<(int Status, JsonNode? Body)> CallAsync(ApiClient caller, string route, Guid? id = null)
    {
        var (method, path) = (route.Split(' ')[0], route.Split(' ')[1]);
        var named = id ?? (path.StartsWith("/api/incidents", StringComparison.Ordinal) ? incident : path.StartsWith("/api/volunteers", StringComparison.Ordinal) ? volunteer
            : path.StartsWith("/api/musters", StringComparison.Ordinal) ? muster : callout);
        object? body = path switch
        {
            _ when method == "GET" || path.EndsWith("activation-code", StringComparison.Ordinal) || path.EndsWith("drill-phone", StringComparison.Ordinal) => null,
            "/api/incidents/{id}" => ApiClient.Flood(),
            "/api/callouts/{id}/answer" or "/api/musters/{id}/answer" => new { answer = "accept" },
            "/api/callouts/{id}/progress" => new { state = "enRoute" },
            "/api/volunteers/{id}/reachability" => new { testId = Guid.NewGuid() },
            "/api/callouts/{id}/on-behalf" => new { answer = "accept", channel = "phoneCall", reason = "试探" },
            "/api/me/tasks/{id}/answer" or "/api/liaison-tasks/{id}/answer" => new { outcome = "reached" },
            "/api/incidents/{id}/needs/{ordinal}" => new { commandId = Guid.NewGuid(), count = 2, reason = "试探" },
            "/api/incidents/{id}/offers/{offerId}" => new { commandId = Guid.NewGuid(), answer = "decline", reason = "试探" },
            "/api/releases/{id}/extend" => new { commandId = Guid.NewGuid(), until = TimeProvider.System.GetUtcNow().AddHours(1), reason = "试探" },
            "/api/releases/{id}/decide" => new { commandId = Guid.NewGuid(), decision = "goOn", reason = "试探" },
            "/api/mutual-aid/{id}/answer" => new { commandId = Guid.NewGuid(), answer = "refuse", reason = "试探" },
            _ when method == "POST" => new { commandId = Guid.NewGuid(), reason = "试探" },
            _ => new { },
        };
        return caller.SendAsync(new HttpMethod(method), path.Replace("{id}", named.ToString(), StringComparison.Ordinal).Replace("{ordinal}", "1", StringComparison.Ordinal).Replace("{offerId}", Guid.NewGuid().ToString(), StringComparison.Ordinal).Replace("{volunteerId}", volunteer.ToString(), StringComparison.Ordinal), body);
    }
}
