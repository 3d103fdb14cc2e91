using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Dispatch.Server.Access;

/// <summary>
/// Seals personal data at rest: AES-256-GCM bound to the person it belongs to, and a blind index (HMAC-SHA256) to find it by. The key comes from
/// <c>PersonalData:Key</c> (32 bytes, base64); without one it is generated into the database, which protects stolen columns but not a stolen backup.
/// A key given later takes over what the generated one sealed; a wrong key is noticed at start.
/// </summary>
internal sealed class PersonalData(NpgsqlDataSource source, IConfiguration configuration)
{
    private const int NonceBytes = 12, TagBytes = 16, KeyBytes = 32;

    private Keys? keys;

    private Keys Current => keys ?? throw new InvalidOperationException("Personal data is used before its key was prepared.");

    public byte[] Seal(Guid owner, string text) => Seal(Current, owner, text);

    public string Open(Guid owner, byte[] sealedText) => Open(Current, owner, sealedText);

    /// <summary>The same text gives the same index, and nobody without the key can tell which text that was.</summary>
    public byte[] BlindIndex(string text) => HMACSHA256.HashData(Current.Index, Encoding.UTF8.GetBytes(text));

    /// <exception cref="InvalidOperationException">The key is no key, or not the one the data was sealed with.</exception>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        var given = Given();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var queue = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtext('key of personal data'))", connection))
        {
            await queue.ExecuteNonQueryAsync(cancellation); // two nodes that start at once agree on one key
        }

        var (generated, fingerprint) = await ReadAsync(connection, cancellation);
        var key = given ?? generated ?? (fingerprint is null ? RandomNumberGenerator.GetBytes(KeyBytes) : null)
            ?? throw new InvalidOperationException("Personal data was sealed with a key from the configuration, and PersonalData:Key is not set.");
        keys = Keys.Of(key);
        if (fingerprint is null)
        {
            await KeepAsync(connection, given is null ? key : null, keys.Fingerprint, cancellation);
        }
        else if (!CryptographicOperations.FixedTimeEquals(fingerprint, keys.Fingerprint))
        {
            if (generated is null)
            {
                throw new InvalidOperationException("PersonalData:Key is not the key that personal data was sealed with: phone numbers could not be read.");
            }

            await SealAgainAsync(connection, Keys.Of(generated), cancellation);
            await KeepAsync(connection, null, keys.Fingerprint, cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    private byte[]? Given()
    {
        var text = configuration["PersonalData:Key"];
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var key = new byte[KeyBytes + 1];
        return Convert.TryFromBase64String(text.Trim(), key, out var length) && length == KeyBytes
            ? key[..KeyBytes]
            : throw new InvalidOperationException("PersonalData:Key must be 32 bytes in base64, for example from: openssl rand -base64 32");
    }

    private async Task SealAgainAsync(NpgsqlConnection connection, Keys before, CancellationToken cancellation)
    {
        var rows = new List<(Guid Owner, string Number)>();
        await using (var read = new NpgsqlCommand("SELECT volunteer_id, sealed FROM phone_numbers ORDER BY volunteer_id FOR UPDATE", connection))
        await using (var reader = await read.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                rows.Add((reader.GetGuid(0), Open(before, reader.GetGuid(0), reader.GetFieldValue<byte[]>(1))));
            }
        }

        await using var write = new NpgsqlCommand(
            "UPDATE phone_numbers p SET sealed = n.sealed, blind = n.blind FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS n (id, sealed, blind) WHERE p.volunteer_id = n.id", connection);
        write.Parameters.Add(new() { Value = rows.ConvertAll(row => row.Owner).ToArray() });
        write.Parameters.Add(new() { Value = rows.ConvertAll(row => Seal(row.Owner, row.Number)).ToArray() });
        write.Parameters.Add(new() { Value = rows.ConvertAll(row => BlindIndex(row.Number)).ToArray() });
        await write.ExecuteNonQueryAsync(cancellation);
        await using var forget = new NpgsqlCommand("DELETE FROM reply_heads; DELETE FROM reply_codes", connection); // found by the old index
        await forget.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<(byte[]? Generated, byte[]? Fingerprint)> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT generated, fingerprint FROM personal_data_key", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (reader.IsDBNull(0) ? null : reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1))
            : (null, null);
    }

    private static async Task KeepAsync(NpgsqlConnection connection, byte[]? generated, byte[] fingerprint, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            INSERT INTO personal_data_key (generated, fingerprint) VALUES ($1, $2)
            ON CONFLICT (only_one) DO UPDATE SET generated = excluded.generated, fingerprint = excluded.fingerprint
            """, connection);
        command.Parameters.Add(new() { Value = (object?)generated ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = fingerprint });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static byte[] Seal(Keys keys, Guid owner, string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var whole = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = whole.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(keys.Seal, TagBytes);
        cipher.Encrypt(nonce, plain, whole.AsSpan(NonceBytes, plain.Length), whole.AsSpan(NonceBytes + plain.Length), owner.ToByteArray());
        return whole;
    }

    private static string Open(Keys keys, Guid owner, byte[] whole)
    {
        var plain = new byte[whole.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(keys.Seal, TagBytes);
        cipher.Decrypt(whole.AsSpan(0, NonceBytes), whole.AsSpan(NonceBytes, plain.Length), whole.AsSpan(NonceBytes + plain.Length), plain, owner.ToByteArray());
        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>A key for each purpose, from the one key, so that none can stand in for another.</summary>
    private sealed record Keys(byte[] Seal, byte[] Index, byte[] Fingerprint)
    {
        public static Keys Of(byte[] key) => new(Derive(key, "dispatch seal"), Derive(key, "dispatch blind index"), Derive(key, "dispatch fingerprint"));

        private static byte[] Derive(byte[] key, string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeyBytes, [], Encoding.ASCII.GetBytes(purpose));
    }
}
