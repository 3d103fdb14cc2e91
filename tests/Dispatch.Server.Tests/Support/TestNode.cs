using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dispatch.Server.Storage;
using Microsoft.AspNetCore.Builder;
using Npgsql;

namespace Dispatch.Server.Tests.Support;

/// <summary>A real node on a real port of this machine, over a database of its own or one it shares with another node.</summary>
public sealed class TestNode : IAsyncDisposable
{
    private readonly Node node;
    private int gone;

    private TestNode(Node node, World world) => (this.node, World) = (node, world);

    public World World { get; }

    public string Address => node.Address;

    public IServiceProvider Services => node.Services;

    /// <summary>A node over a new world.</summary>
    public static async Task<TestNode> StartAsync(params string[] settings)
    {
        var world = new World(await Cluster.NewDatabaseAsync());
        await world.BuildAsync();
        return await StartAsync(world, settings);
    }

    public static Task<TestNode> StartAsync(World world, params string[] settings) => StartAsync(world, null, settings);

    public static async Task<TestNode> StartAsync(World world, Action<WebApplicationBuilder>? configure, params string[] settings)
    {
        var node = await Node.CreateAsync(
        [
            $"--ConnectionStrings:Postgres={world.ConnectionString}", "--Database:AllowVolatile=true", "--urls=http://127.0.0.1:0",
            "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning", "--Rehearse=false", .. settings,
        ], configure);
        await node.StartAsync();
        return new TestNode(node, world);
    }

    public async Task<ApiClient> SignInAsync(string username)
    {
        var client = new HttpClient { BaseAddress = new Uri(Address) };
        var answer = await client.PostAsJsonAsync("/api/session", new { username, password = World.Password });
        answer.EnsureSuccessStatusCode();
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new ApiClient(client, token);
    }

    /// <summary>A caller who has not signed in and keeps no cookies.</summary>
    public ApiClient Stranger() => new(new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri(Address) }, "");

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref gone, 1) == 0)
        {
            await node.DisposeAsync();

            // What is pooled by connection string (the timetable's, the test's own) outlives the node by five minutes, and a cluster has an end.
            NpgsqlConnection.ClearPool(new NpgsqlConnection(World.ConnectionString));
            NpgsqlConnection.ClearPool(new NpgsqlConnection(Database.ForTimetable(World.ConnectionString)));
        }
    }
}

/// <summary>A signed-in caller of the routes.</summary>
public sealed class ApiClient(HttpClient http, string token) : IDisposable
{
    public string Token => token;

    public HttpClient Http => http;

    public static object Flood(int count = 1, string qualification = "rescue.water", double? longitude = null, double? latitude = null, string category = "flood") => new
    {
        category,
        risk = "水深及胸，注意触电",
        address = "景田北六街",
        position = new { longitude = longitude ?? World.Centre.Longitude, latitude = latitude ?? World.Centre.Latitude, datum = "wgs84" },
        needs = new[] { new { qualification, count } },
    };

    public async Task<(int Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = body is string raw
                ? new StringContent(raw, System.Text.Encoding.UTF8, "application/json")
                : JsonContent.Create(body);
        }

        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public Task<(int Status, JsonNode? Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<(int Status, JsonNode? Body)> PutAsync(string path, object? body = null) => SendAsync(HttpMethod.Put, path, body);

    public Task<(int Status, JsonNode? Body)> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    /// <summary>Raises an incident and waits until the first wave is out.</summary>
    public async Task<Guid> RaiseAsync(object body)
    {
        var id = Guid.CreateVersion7();
        var (status, answer) = await PutAsync($"/api/incidents/{id}", body);
        Assert.True(status == 201, $"{status} {answer}");
        return id;
    }

    public async Task<JsonNode> IncidentAsync(Guid id)
    {
        var (status, body) = await GetAsync($"/api/incidents/{id}");
        Assert.Equal(200, status);
        return body!;
    }

    /// <summary>The incident once so many of its call-outs are in this state.</summary>
    public Task<JsonNode> WhenAsync(Guid id, string state, int howMany) => Eventually.Gives(
        () => IncidentAsync(id),
        incident => incident["callouts"]!.AsArray().Count(callout => (string?)callout!["state"] == state) >= howMany,
        $"{howMany} call-outs {state}");

    /// <summary>The whole record of an incident, once it holds a fact of this kind so many times.</summary>
    public Task<Facts> FactsAsync(Guid id, string until = "IncidentRaised", int howMany = 1) => Eventually.Gives(
        async () => new Facts([.. (await GetAsync($"/api/incidents/{id}/facts")).Body!["facts"]!.AsArray().Select(fact => fact!)]),
        facts => facts.Kinds().Count(kind => kind == until) >= howMany,
        $"{howMany} {until}");

    public Task<(int Status, JsonNode? Body)> AnswerAsync(Guid callout, string answer, string? reason = null) =>
        PutAsync($"/api/callouts/{callout}/answer", new { answer, reason });

    public Task<(int Status, JsonNode? Body)> ProgressAsync(Guid callout, string state, string? reason = null) =>
        PutAsync($"/api/callouts/{callout}/progress", new { state, reason });

    /// <summary>An order of the operator to an incident or a call-out, which is carried out.</summary>
    public async Task<JsonNode> OrderAsync(string path, string? reason = null)
    {
        var (status, body) = await PostAsync(path, new { commandId = Guid.NewGuid(), reason });
        Assert.True(status == 200, $"{path}: {status} {body}");
        return body!;
    }

    public async Task<Guid> MyCalloutAsync()
    {
        var body = await Eventually.Gives(async () => (await GetAsync("/api/callouts/mine")).Body!, mine => mine["callouts"]!.AsArray().Count > 0, "a call-out of mine");
        return (Guid)body["callouts"]![0]!["id"]!;
    }

    public void Dispose() => http.Dispose();
}

/// <summary>The facts of an incident, in their order.</summary>
public sealed record Facts(IReadOnlyList<JsonNode> All)
{
    public IEnumerable<string> Kinds() => All.Select(fact => (string)fact["kind"]!);

    public IEnumerable<long> Numbers() => All.Select(fact => (long)fact["number"]!);

    public IEnumerable<JsonNode> Of(string kind) => All.Where(fact => (string?)fact["kind"] == kind);

    public override string ToString() => string.Join(' ', Kinds());
}
