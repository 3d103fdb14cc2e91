using System.Security.Cryptography;
using System.Text;

namespace Dispatch.Server.Channels;

/// <summary>
/// Encrypts a push message for one browser: RFC 8291 (keys agreed by ECDH on P-256, derived by HKDF) in one record of RFC 8188 (aes128gcm).
/// The push service carries it and cannot read it. Pure, but for the key pair and salt made for each message.
/// </summary>
internal static class PushCipher
{
    /// <summary>What push services must accept is 4096 bytes in all; 86 are header, 16 tag, 1 the end mark.</summary>
    public const int MostPlaintext = 3993;

    private const int PublicKeyBytes = 65, SaltBytes = 16, TagBytes = 16, RecordSize = 4096;

    public static byte[] Encrypt(ReadOnlySpan<byte> message, byte[] receiverPublicKey, byte[] authSecret)
    {
        using var sender = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Encrypt(message, receiverPublicKey, authSecret, sender, RandomNumberGenerator.GetBytes(SaltBytes));
    }

    /// <summary>With the sender's key and salt given: for the test vector of RFC 8291, appendix A.</summary>
    internal static byte[] Encrypt(ReadOnlySpan<byte> message, byte[] receiverPublicKey, byte[] authSecret, ECDiffieHellman sender, byte[] salt)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length, MostPlaintext, nameof(message));
        var senderPublicKey = PublicKeyOf(sender.ExportParameters(false));
        using var receiver = Import(receiverPublicKey);
        var (key, nonce) = Keys(sender.DeriveRawSecretAgreement(receiver.PublicKey), authSecret, receiverPublicKey, senderPublicKey, salt);
        var sealedRecord = new byte[message.Length + 1];
        byte[] plain = [.. message, 2]; // 2: the last record
        var tag = new byte[TagBytes];
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(nonce, plain, sealedRecord, tag);
        return [.. salt, 0, 0, RecordSize >> 8, RecordSize & 0xFF, PublicKeyBytes, .. senderPublicKey, .. sealedRecord, .. tag];
    }

    /// <summary>The receiver's side: what a browser does, for tests and the receiver of the demo.</summary>
    internal static byte[] Decrypt(byte[] body, ECDiffieHellman receiver, byte[] authSecret)
    {
        var (salt, senderPublicKey, record) = (body[..SaltBytes], body[21..(21 + PublicKeyBytes)], body[(21 + PublicKeyBytes)..]);
        using var sender = Import(senderPublicKey);
        var (key, nonce) = Keys(receiver.DeriveRawSecretAgreement(sender.PublicKey), authSecret, PublicKeyOf(receiver.ExportParameters(false)), senderPublicKey, salt);
        var plain = new byte[record.Length - TagBytes];
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Decrypt(nonce, record.AsSpan(0, plain.Length), record.AsSpan(plain.Length), plain);
        return plain[..Array.LastIndexOf(plain, (byte)2)];
    }

    /// <summary>An uncompressed point: 4, x, y.</summary>
    public static byte[] PublicKeyOf(ECParameters key) => [4, .. key.Q.X!, .. key.Q.Y!];

    /// <exception cref="CryptographicException">Not a point of the curve.</exception>
    public static ECDiffieHellman Import(byte[] publicKey) => publicKey is [4, ..] && publicKey.Length == PublicKeyBytes
        ? ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = publicKey[1..33], Y = publicKey[33..] } })
        : throw new CryptographicException("Not an uncompressed point of P-256.");

    private static (byte[] Key, byte[] Nonce) Keys(byte[] shared, byte[] auth, byte[] receiver, byte[] sender, byte[] salt)
    {
        var material = HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, 32, auth, [.. "WebPush: info\0"u8, .. receiver, .. sender]);
        return (HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 16, salt, Encoding.ASCII.GetBytes("Content-Encoding: aes128gcm\0")),
            HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 12, salt, Encoding.ASCII.GetBytes("Content-Encoding: nonce\0")));
    }
}
