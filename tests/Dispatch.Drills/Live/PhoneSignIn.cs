using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Dispatch.Drills.Live;

/// <summary>A phone's tokens, renewed before they end. Used by one caller at a time.</summary>
internal sealed class PhoneSignIn(HttpClient http, SignedIn signedIn, TimeProvider time)
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);

    private SignedIn current = signedIn;
    private DateTimeOffset endsAt = time.GetUtcNow() + TimeSpan.FromSeconds(signedIn.ExpiresIn);

    public async Task<string> TokenAsync(CancellationToken cancellation)
    {
        if (endsAt - time.GetUtcNow() < RenewBefore)
        {
            using var answer = await http.PostAsJsonAsync("api/session/refresh", new { refreshToken = current.RefreshToken }, cancellation);
            current = await Station.ReadAsync<SignedIn>(answer, cancellation);
            endsAt = time.GetUtcNow() + TimeSpan.FromSeconds(current.ExpiresIn);
        }

        return current.AccessToken;
    }

    public async Task<T> GetAsync<T>(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(cancellation));
        using var answer = await http.SendAsync(request, cancellation);
        return await Station.ReadAsync<T>(answer, cancellation);
    }
}
