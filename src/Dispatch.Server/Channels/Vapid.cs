using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace Dispatch.Server.Channels;

/// <summary>
/// Who we are to push services (RFC 8292): a token signed with a key of this installation (ES256). The key lies in the database, for all nodes
/// alike; browsers bind their subscriptions to it, so it never changes.
/// </summary>
internal sealed class Vapid(NpgsqlDataSource source, ChannelSettings settings, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private ECDsa? key;

    /// <summary>What browsers subscribe with, base64url.</summary>
    public async Task<string> PublicKeyAsync(CancellationToken cancellation) => Encode(PushCipher.PublicKeyOf((await KeyAsync(cancellation)).ExportParameters(false)));

    /// <summary>The Authorization header for a push to this endpoint; good for half a day, we use it at once.</summary>
    public async Task<string> AuthorizationAsync(Uri endpoint, CancellationToken cancellation)
    {
        var signer = await KeyAsync(cancellation);
        var claims = JsonSerializer.SerializeToUtf8Bytes(new
        {
            aud = endpoint.GetLeftPart(UriPartial.Authority),
            exp = time.GetUtcNow().AddHours(12).ToUnixTimeSeconds(),
            sub = settings.PushSubject,
        });
        var text = $"{Encode("""{"typ":"JWT","alg":"ES256"}"""u8)}.{Encode(claims)}";
        var signature = signer.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"vapid t={text}.{Encode(signature)}, k={await PublicKeyAsync(cancellation)}";
    }

    public void Dispose()
    {
        key?.Dispose();
        gate.Dispose();
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    private async Task<ECDsa> KeyAsync(CancellationToken cancellation)
    {
        if (key is not null)
        {
            return key;
        }

        await gate.WaitAsync(cancellation);
        try
        {
            return key ??= await ReadOrMakeAsync(cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Of two nodes that make one at once the database keeps the first, and both read that.</summary>
    private async Task<ECDsa> ReadOrMakeAsync(CancellationToken cancellation)
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using (var keep = source.CreateCommand("INSERT INTO vapid_key (private_key) VALUES ($1) ON CONFLICT DO NOTHING"))
        {
            keep.Parameters.Add(new() { Value = made.ExportPkcs8PrivateKey() });
            await keep.ExecuteNonQueryAsync(cancellation);
        }

        await using var read = source.CreateCommand("SELECT private_key FROM vapid_key");
        var kept = ECDsa.Create();
        kept.ImportPkcs8PrivateKey((byte[])(await read.ExecuteScalarAsync(cancellation))!, out _);
        return kept;
    }
}
