using System.Buffers.Text;
using System.Security.Cryptography;
using Dispatch.Server.Access;
using Npgsql;

namespace Dispatch.Server.Channels;

/// <summary>A volunteer's browser asks to be woken by Web Push, or no longer. Of one volunteer the newest few browsers are kept.</summary>
internal static class PushSubscriptions
{
    private const int MostBrowsers = 5, LongestEndpoint = 1000, AuthBytes = 16;

    internal sealed record Keys(string? P256dh, string? Auth);

    /// <summary>What the browser's own PushSubscription says of itself.</summary>
    internal sealed record Request(string? Endpoint, Keys? Keys);

    internal sealed record View(string PublicKey, int Subscribed);

    public static async Task<IResult> Get(Caller caller, Vapid vapid, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT count(*) FROM push_subscriptions WHERE volunteer_id = $1");
        command.Parameters.Add(new() { Value = caller.VolunteerId });
        return TypedResults.Json(new View(await vapid.PublicKeyAsync(cancellation), (int)(long)(await command.ExecuteScalarAsync(cancellation))!), Json.Options);
    }

    public static async Task<IResult> Put(Request request, Caller caller, NpgsqlDataSource source, ChannelSettings settings, CancellationToken cancellation)
    {
        var faults = new List<Fault>();
        if (request.Endpoint is not { Length: <= LongestEndpoint } || !Uri.TryCreate(request.Endpoint, UriKind.Absolute, out var endpoint) || !settings.IsPushService(endpoint))
        {
            faults.Add(new("endpoint", "不是本系统允许的推送服务地址", "is not an address of a push service this system knows"));
        }

        var key = Decode(faults, "keys.p256dh", request.Keys?.P256dh, bytes =>
        {
            using var point = PushCipher.Import(bytes);
            return true;
        });
        var auth = Decode(faults, "keys.auth", request.Keys?.Auth, bytes => bytes.Length == AuthBytes);
        if (faults.Count > 0)
        {
            return Problems.Invalid(faults);
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                // A browser handed to another volunteer is the other's from then on.
                new("""
                    INSERT INTO push_subscriptions (id, volunteer_id, endpoint, p256dh, auth) VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT (endpoint) DO UPDATE SET volunteer_id = excluded.volunteer_id, p256dh = excluded.p256dh, auth = excluded.auth, created_at = now()
                    """)
                {
                    Parameters = { new() { Value = Guid.CreateVersion7() }, new() { Value = caller.VolunteerId }, new() { Value = request.Endpoint }, new() { Value = key }, new() { Value = auth } },
                },
                new("DELETE FROM push_subscriptions WHERE id IN (SELECT id FROM push_subscriptions WHERE volunteer_id = $1 ORDER BY created_at DESC OFFSET $2)")
                {
                    Parameters = { new() { Value = caller.VolunteerId }, new() { Value = MostBrowsers } },
                },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellation);
        return TypedResults.NoContent();
    }

    public static async Task<IResult> Delete(string? endpoint, Caller caller, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("DELETE FROM push_subscriptions WHERE volunteer_id = $1 AND endpoint = $2");
        command.Parameters.Add(new() { Value = caller.VolunteerId });
        command.Parameters.Add(new() { Value = endpoint ?? "" });
        await command.ExecuteNonQueryAsync(cancellation);
        return TypedResults.NoContent();
    }

    private static byte[] Decode(List<Fault> faults, string field, string? text, Func<byte[], bool> good)
    {
        try
        {
            if (text is { Length: <= 200 } && Base64Url.DecodeFromChars(text) is { } bytes && good(bytes))
            {
                return bytes;
            }
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            // told below, as any other wrong key
        }

        faults.Add(new(field, "不是浏览器给出的密钥", "is not a key a browser gives"));
        return [];
    }
}

/// <summary>
/// The worker of the phone page says that a push came, or that it was opened. It has no sign-in; what it has is the receipt that only the encrypted
/// message carried. An unknown receipt is answered like a good one: there is nothing to be learned here.
/// </summary>
internal static class ReceivePush
{
    internal sealed record Request(string? Receipt, bool? Opened);

    public static async Task<IResult> Handle(Request request, NpgsqlDataSource source, Outbox outbox)
    {
        byte[] receipt;
        try
        {
            receipt = request.Receipt is { Length: <= 64 } text ? Base64Url.DecodeFromChars(text) : [];
        }
        catch (FormatException)
        {
            receipt = [];
        }

        if (receipt.Length == 0)
        {
            return Problems.Invalid(new Fault("receipt", "不是有效的回执", "is not a receipt"));
        }

        Guid message;
        Guid? callout;
        await using (var command = source.CreateCommand("SELECT id, callout_id FROM channel_messages WHERE receipt = $1 AND channel = 'push'"))
        {
            command.Parameters.Add(new() { Value = receipt });
            await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
            if (!await reader.ReadAsync(CancellationToken.None))
            {
                return TypedResults.NoContent();
            }

            (message, callout) = (reader.GetGuid(0), reader.IsDBNull(1) ? null : reader.GetGuid(1));
        }

        await outbox.ReportAsync(message, callout, Outbox.Word(LetterKind.CallOut), ChannelKind.Push, delivered: true, null, CancellationToken.None);
        if (request.Opened == true && callout is null)
        {
            await TestReachability.ConfirmAsync(source, message, CancellationToken.None);
        }

        return TypedResults.NoContent();
    }
}
