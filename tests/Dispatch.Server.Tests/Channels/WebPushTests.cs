using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dispatch.Drills.Gateway;
using Dispatch.Server.Channels;
using Dispatch.Server.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dispatch.Server.Tests.Channels;

/// <summary>Web Push: the bytes of RFC 8291, and a push service with a browser behind it that can read what was sent.</summary>
public sealed class WebPushTests : IAsyncLifetime
{
    private PushService service = null!;
    private FakeGateway gateway = null!;
    private TestNode node = null!;

    public async Task InitializeAsync()
    {
        service = await PushService.StartAsync();
        gateway = await FakeGateway.StartAsync();
        node = await TestNode.StartAsync(gateway.Settings($"--Channels:Push:Services:0={service.Address}", "--Channels:Push:AfterSeconds=1", "--Channels:FallbackAfterSeconds=60"));
    }

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        await gateway.DisposeAsync();
        await service.DisposeAsync();
    }

    [Fact]
    public void The_test_vector_of_RFC_8291_is_met_byte_for_byte()
    {
        // RFC 8291, section 5 and appendix A.
        const string Expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        using var sender = Key("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        using var receiver = Key("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        var auth = Decode("BTBZMqHH6r4Tts7J_aSIgg");

        var body = PushCipher.Encrypt("When I grow up, I want to be a watermelon"u8, PushCipher.PublicKeyOf(receiver.ExportParameters(false)), auth, sender, Decode("DGv6ra1nlYgDCS1FRnbzlw"));

        Assert.Equal(Expected, Base64Url.EncodeToString(body));
        Assert.Equal("When I grow up, I want to be a watermelon", Encoding.UTF8.GetString(PushCipher.Decrypt(body, receiver, auth)));
    }

    [Fact]
    public async Task A_subscribed_browser_is_woken_reads_the_message_and_its_receipt_is_shown_as_delivered()
    {
        var (volunteer, console) = await OneAsync();
        using var browser = service.NewBrowser();
        Assert.Equal(204, (await volunteer.PutAsync("/api/me/push", browser.Subscription)).Status);

        var id = await console.RaiseAsync(ApiClient.Flood());
        var arrival = await Eventually.Gives(() => Task.FromResult(service.Arrivals.FirstOrDefault()), one => one is not null, "the push");
        var message = JsonSerializer.Deserialize<JsonElement>(browser.Read(arrival!.Body));

        Assert.Equal("callOut", message.GetProperty("kind").GetString());
        Assert.Contains("洪涝", message.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("景田北六街", message.ToString(), StringComparison.Ordinal); // lock screens are read by others
        Assert.Equal(("aes128gcm", "high"), (arrival.Headers["Content-Encoding"], arrival.Headers["Urgency"]));
        Assert.InRange(int.Parse(arrival.Headers["TTL"], System.Globalization.CultureInfo.InvariantCulture), 1, 3600);
        VapidIsGood(arrival.Headers["Authorization"], (string)(await volunteer.GetAsync("/api/me/push")).Body!["publicKey"]!, service.Address);

        using var stranger = node.Stranger(); // the worker has no sign-in, only the receipt
        Assert.Equal(204, (await stranger.PostAsync("/api/channels/push/received", new { receipt = message.GetProperty("receipt").GetString() })).Status);
        var facts = await console.FactsAsync(id, until: "CalloutChannelDelivered");
        Assert.Equal("push", (string?)facts.Of("CalloutChannelDelivered").Single()["data"]!["channel"]);
        Assert.DoesNotContain("CalloutDelivered", facts.Kinds()); // only the phone's own cursor is that
        Assert.Equal(204, (await stranger.PostAsync("/api/channels/push/received", new { receipt = "AAAAAAAAAAAAAAAAAAAAAA" })).Status);
        Assert.Equal(422, (await stranger.PostAsync("/api/channels/push/received", new { receipt = "*" })).Status);
    }

    [Fact]
    public async Task A_subscription_that_is_gone_is_forgotten_and_one_of_two_browsers_is_enough()
    {
        var (volunteer, console) = await OneAsync();
        using var gone = service.NewBrowser(status: 410);
        using var there = service.NewBrowser();
        await volunteer.PutAsync("/api/me/push", gone.Subscription);
        await volunteer.PutAsync("/api/me/push", there.Subscription);

        var id = await console.RaiseAsync(ApiClient.Flood());
        await console.FactsAsync(id, until: "CalloutChannelSent");

        Assert.Equal(1, (int)(await volunteer.GetAsync("/api/me/push")).Body!["subscribed"]!);
        await volunteer.SendAsync(HttpMethod.Delete, $"/api/me/push?endpoint={Uri.EscapeDataString(there.Endpoint)}");
        Assert.Equal(0, (int)(await volunteer.GetAsync("/api/me/push")).Body!["subscribed"]!);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest", "endpoint")]
    [InlineData("https://fcm.googleapis.com.evil.example/x", "endpoint")]
    [InlineData("file:///etc/passwd", "endpoint")]
    [InlineData(null, "endpoint")]
    public async Task A_push_goes_to_known_push_services_only(string? endpoint, string field)
    {
        var (volunteer, _) = await OneAsync();
        using var browser = service.NewBrowser();

        var (status, problem) = await volunteer.PutAsync("/api/me/push", new { endpoint, keys = new { p256dh = browser.PublicKey, auth = browser.Auth } });

        Assert.Equal((422, field), (status, (string?)problem!["errors"]![0]!["field"]));
    }

    [Fact]
    public async Task Keys_that_are_no_keys_are_refused()
    {
        var (volunteer, _) = await OneAsync();
        var (status, problem) = await volunteer.PutAsync("/api/me/push", new { endpoint = service.Address + "/x", keys = new { p256dh = "BAAA", auth = "xx" } });
        Assert.Equal((422, 2), (status, problem!["errors"]!.AsArray().Count));
    }

    [Theory]
    [InlineData("https://web.push.apple.com/abc", true)]
    [InlineData("https://fcm.googleapis.com/fcm/send/abc", true)]
    [InlineData("https://push.apple.com/abc", false)]
    [InlineData("http://fcm.googleapis.com/abc", false)]
    [InlineData("https://fcm.googleapis.com:8443/abc", false)]
    public void The_push_services_of_the_browsers_are_known(string endpoint, bool known) => Assert.Equal(known, new ChannelSettings().IsPushService(new Uri(endpoint)));

    private static void VapidIsGood(string authorization, string publicKey, string audience)
    {
        var parts = authorization["vapid ".Length..].Split(", ").ToDictionary(part => part[..1], part => part[2..]);
        Assert.Equal(publicKey, parts["k"]);
        var token = parts["t"].Split('.');
        var point = Decode(publicKey);
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = point[1..33], Y = point[33..] } });
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Decode(token[2]), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        var claims = JsonSerializer.Deserialize<JsonElement>(Decode(token[1]));
        Assert.Equal(audience, claims.GetProperty("aud").GetString());
        var lives = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64()) - TimeProvider.System.GetUtcNow();
        Assert.InRange(lives, TimeSpan.FromMinutes(1), TimeSpan.FromHours(24)); // RFC 8292: at most a day
    }

    private static byte[] Decode(string text) => Base64Url.DecodeFromChars(text);

    private static ECDiffieHellman Key(string secret, string publicKey)
    {
        var point = Decode(publicKey);
        return ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Decode(secret), Q = new() { X = point[1..33], Y = point[33..] } });
    }

    private async Task<(ApiClient Volunteer, ApiClient Console)> OneAsync()
    {
        await node.World.VolunteerAsync(100);
        return (await node.SignInAsync("v0001"), await node.SignInAsync("futian"));
    }

    private sealed record Arrival(string Path, byte[] Body, Dictionary<string, string> Headers);

    private sealed class PushService(WebApplication app) : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, int> statuses = new();

        public ConcurrentQueue<Arrival> Arrivals { get; } = new();

        public string Address => app.Urls.First();

        public static async Task<PushService> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            var service = new PushService(app);
            app.MapPost("/push/{browser}", service.TakeAsync);
            await app.StartAsync();
            return service;
        }

        public Browser NewBrowser(int status = 201)
        {
            var path = "/push/" + Guid.NewGuid().ToString("N");
            statuses[path] = status;
            return new Browser(Address + path);
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task TakeAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var status = statuses[context.Request.Path];
            context.Response.StatusCode = status;
            if (status == 201)
            {
                Arrivals.Enqueue(new(context.Request.Path, body.ToArray(), context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
            }
        }
    }

    private sealed class Browser(string endpoint) : IDisposable
    {
        private readonly ECDiffieHellman key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        private readonly byte[] auth = RandomNumberGenerator.GetBytes(16);

        public string Endpoint => endpoint;

        public string PublicKey => Base64Url.EncodeToString(PushCipher.PublicKeyOf(key.ExportParameters(false)));

        public string Auth => Base64Url.EncodeToString(auth);

        public object Subscription => new { endpoint, keys = new { p256dh = PublicKey, auth = Auth } };

        public byte[] Read(byte[] body) => PushCipher.Decrypt(body, key, auth);

        public void Dispose() => key.Dispose();
    }
}
