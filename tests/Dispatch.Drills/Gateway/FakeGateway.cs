using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dispatch.Server;
using Dispatch.Server.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Drills.Gateway;

/// <summary>A message as it reached the gateway.</summary>
internal sealed record Arrival(Webhook.Body Message, string Key, string Timestamp, string Signature, string Raw);

/// <summary>
/// An SMS and voice gateway of docs/channels.md on loopback: checks signatures, drops what comes twice under one key, fails or hangs when told to,
/// and speaks back with replies and delivery reports. It reaches no telephone. Used by the tests, and by hand with <c>gateway</c>.
/// </summary>
internal sealed class FakeGateway : IAsyncDisposable
{
    public const string Secret = "a-secret-of-tests-and-of-nobody-else";

    private readonly WebApplication app;
    private readonly HttpClient http = new();
    private readonly ConcurrentQueue<Func<HttpContext, Task>> troubles = new();
    private readonly ConcurrentDictionary<string, bool> keys = new();
    private int events;

    private FakeGateway(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    /// <summary>Every POST with a good signature, repeats too.</summary>
    public ConcurrentQueue<Arrival> Arrivals { get; } = new();

    /// <summary>What a gateway would have sent to telephones: one per key.</summary>
    public ConcurrentQueue<Webhook.Body> Sent { get; } = new();

    public int BadSignatures { get; private set; }

    public event Action<Webhook.Body>? OnSent;

    public string[] Settings(params string[] more) =>
    [
        $"--Channels:Sms:Url={Address}/send", $"--Channels:Sms:Secret={Secret}", "--Channels:FallbackAfterSeconds=1", "--Channels:FirstRetrySeconds=0.1", "--Channels:TimeoutSeconds=2", .. more,
    ];

    public static async Task<FakeGateway> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        var gateway = new FakeGateway(app);
        app.MapPost("/send", gateway.ReceiveAsync);
        await app.StartAsync();
        return gateway;
    }

    /// <summary>The next POSTs are answered so, one after another, before all goes well again.</summary>
    public void Next(params int[] statuses)
    {
        foreach (var status in statuses)
        {
            troubles.Enqueue(context =>
            {
                context.Response.StatusCode = status;
                return Task.CompletedTask;
            });
        }
    }

    /// <summary>The next POST is taken, but its answer never comes.</summary>
    public void HangNext() => troubles.Enqueue(async context =>
    {
        Take(await ReadAsync(context));
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    });

    public Task<(int Status, JsonElement Body)> ReplyAsync(string server, string from, string text, string? eventId = null, Guid? inReplyTo = null, string channel = "sms") =>
        TellAsync(server, $"/api/channels/{channel}/replies", new { eventId = eventId ?? NewEvent(), from, text, inReplyTo });

    public Task<(int Status, JsonElement Body)> ReportAsync(string server, Guid id, string status, string? code = null, string? eventId = null, string channel = "sms") =>
        TellAsync(server, $"/api/channels/{channel}/reports", new { eventId = eventId ?? NewEvent(), id, status, code });

    /// <summary>A signed call of the server; <paramref name="secret"/> and <paramref name="age"/> make bad ones.</summary>
    public async Task<(int Status, JsonElement Body)> TellAsync(string server, string path, object told, string secret = Secret, TimeSpan age = default)
    {
        var body = told as byte[] ?? JsonSerializer.SerializeToUtf8Bytes(told, Json.Options);
        var timestamp = (TimeProvider.System.GetUtcNow() - age).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, server + path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add(Signature.TimestampHeader, timestamp);
        request.Headers.Add(Signature.SignatureHeader, Signature.Of(secret, timestamp, body));
        using var answer = await http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await app.StopAsync(atOnce.Token);
        await app.DisposeAsync();
    }

    private string NewEvent() => $"event-{Interlocked.Increment(ref events)}-{Guid.NewGuid():N}";

    private async Task ReceiveAsync(HttpContext context)
    {
        if (troubles.TryDequeue(out var trouble))
        {
            await trouble(context);
            return;
        }

        if (await ReadAsync(context) is not { } arrival)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        Take(arrival);
        await context.Response.WriteAsJsonAsync(new { reference = $"gw-{arrival.Key[..8]}" });
    }

    private void Take(Arrival? arrival)
    {
        if (arrival is null)
        {
            return;
        }

        Arrivals.Enqueue(arrival);
        if (keys.TryAdd(arrival.Key, true))
        {
            Sent.Enqueue(arrival.Message);
            OnSent?.Invoke(arrival.Message);
        }
    }

    private async Task<Arrival?> ReadAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        var body = buffer.ToArray();
        var (timestamp, signature) = (context.Request.Headers[Signature.TimestampHeader].ToString(), context.Request.Headers[Signature.SignatureHeader].ToString());
        if (Signature.Trouble(new(new Uri(Address), Secret, null), timestamp, signature, body, TimeProvider.System.GetUtcNow()) is not null)
        {
            BadSignatures++;
            return null;
        }

        return new(JsonSerializer.Deserialize<Webhook.Body>(body, Json.Options)!, context.Request.Headers["Idempotency-Key"].ToString(), timestamp, signature, Encoding.UTF8.GetString(body));
    }
}
