using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dispatch.Server.Channels;

/// <summary>
/// How a gateway and this server prove to each other who speaks, in both directions: HMAC-SHA256 over the timestamp, a dot and the bytes of the body.
/// The timestamp must be recent; what is repeated within that time is recognised by its own id.
/// </summary>
internal static class Signature
{
    public const string TimestampHeader = "Dispatch-Timestamp", SignatureHeader = "Dispatch-Signature", Prefix = "v1=";

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    public static string Of(string secret, string timestamp, ReadOnlySpan<byte> body) =>
        Prefix + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.ASCII.GetBytes(timestamp), (byte)'.', .. body]));

    public static void Sign(HttpRequestMessage request, string secret, DateTimeOffset now, byte[] body)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add(TimestampHeader, timestamp);
        request.Headers.Add(SignatureHeader, Of(secret, timestamp, body));
    }

    /// <summary>Null when it is good, else what is wrong with it, in words that help the person who connects a gateway.</summary>
    public static (string Text, string TextEn)? Trouble(Gateway gateway, string? timestamp, string? signature, byte[] body, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(timestamp) || string.IsNullOrEmpty(signature))
        {
            return ($"缺少 {TimestampHeader} 或 {SignatureHeader}", $"{TimestampHeader} or {SignatureHeader} is missing");
        }

        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || Math.Abs(now.ToUnixTimeSeconds() - seconds) > Window.TotalSeconds)
        {
            return ($"{TimestampHeader} 应为 UTC 秒数，与本机时间相差不超过 {Window.TotalMinutes} 分钟", $"{TimestampHeader} must be UTC seconds within {Window.TotalMinutes} minutes of this server's clock");
        }

        // Each secret is compared, so that the time taken does not tell which one it was.
        var good = Matches(gateway.Secret) | (gateway.PreviousSecret is { } previous && Matches(previous));
        return good ? null : ("签名不正确", "The signature is wrong");

        bool Matches(string secret) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Of(secret, timestamp, body)), Encoding.UTF8.GetBytes(signature));
    }
}
