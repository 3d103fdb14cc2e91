using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Dispatch.Drills.Live;

/// <summary>
/// What a station's operator does for the drills: reads the roster and hands out activation codes. Phones get in by the door every phone uses.
/// </summary>
internal sealed class Station : IDisposable
{
    private readonly HttpClient http;

    private Station(HttpClient http, string accessToken) => (this.http, AccessToken) = (http, accessToken);

    public string AccessToken { get; }

    public static async Task<Station> SignInAsync(Uri server, string username, string password, CancellationToken cancellation)
    {
        var http = new HttpClient { BaseAddress = server };
        try
        {
            using var answer = await http.PostAsJsonAsync("api/session", new { username, password }, cancellation);
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
            {
                throw new CommandException($"{server} does not know operator {username} with this password: --operator NAME --password WORD");
            }

            var signedIn = await ReadAsync<SignedIn>(answer, cancellation);
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", signedIn.AccessToken);
            return new Station(http, signedIn.AccessToken);
        }
        catch (HttpRequestException e)
        {
            http.Dispose();
            throw new CommandException($"Nobody answers at {server}: {e.Message}");
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <summary>The whole roster of the operator's region.</summary>
    public async Task<List<RosterLine>> RosterAsync(CancellationToken cancellation)
    {
        var roster = new List<RosterLine>();
        for (var page = 1; ; page++)
        {
            var answer = await GetAsync<VolunteerPage>($"api/volunteers?page={page}", cancellation);
            roster.AddRange(answer.Volunteers);
            if (answer.Volunteers.Count == 0 || roster.Count >= answer.Total)
            {
                return roster;
            }
        }
    }

    /// <summary>A signed-in phone for this volunteer.</summary>
    public async Task<SignedIn> ActivateAsync(Guid volunteer, CancellationToken cancellation)
    {
        using var issued = await http.PostAsync($"api/volunteers/{volunteer}/activation-code", null, cancellation);
        var code = await ReadAsync<ActivationCode>(issued, cancellation);
        using var activated = await http.PostAsJsonAsync("api/session/activate", new { code = code.Code }, cancellation);
        return await ReadAsync<SignedIn>(activated, cancellation);
    }

    /// <summary>The whole record of an incident, in order.</summary>
    public async Task<List<Fact>> FactsAsync(Guid incident, CancellationToken cancellation)
    {
        var facts = new List<Fact>();
        while (true)
        {
            var page = await GetAsync<FactPage>($"api/incidents/{incident}/facts?after={(facts.Count == 0 ? 0 : facts[^1].Number)}", cancellation);
            facts.AddRange(page.Facts);
            if (page.Facts.Count == 0 || facts[^1].Number >= page.LastFact)
            {
                return facts;
            }
        }
    }

    public async Task<T> GetAsync<T>(string path, CancellationToken cancellation)
    {
        using var answer = await http.GetAsync(path, cancellation);
        return await ReadAsync<T>(answer, cancellation);
    }

    public async Task<T> SendAsync<T>(HttpMethod method, string path, object body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var answer = await http.SendAsync(request, cancellation);
        return await ReadAsync<T>(answer, cancellation);
    }

    public void Dispose() => http.Dispose();

    internal static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (!answer.IsSuccessStatusCode)
        {
            var problem = await answer.Content.ReadAsStringAsync(cancellation);
            throw new HttpRequestException(
                $"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri?.PathAndQuery}: {(int)answer.StatusCode} {problem}", null, answer.StatusCode);
        }

        return (await answer.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancellation))!;
    }
}
