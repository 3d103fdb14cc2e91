using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Dispatch.Drills.Histories;

namespace Dispatch.Drills.Clients;

/// <summary>
/// Gives orders over HTTP and writes down how each attempt ended. An unknown outcome is repeated under the same key until it is known, as every
/// client of docs/wire.md does.
/// </summary>
internal sealed class Teller(History history, HttpClient http, Route route, string client, string token, SocketRecord overhears)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(6), Patience = TimeSpan.FromSeconds(90);

    public string Client => client;

    public delegate Task<(Ending Ending, string Answer)> Try(CancellationToken cancellation);

    public Task<Ending> InsistAsync(Order order, Guid subject, Guid key, HttpMethod method, string path, object body, CancellationToken cancellation) =>
        InsistAsync(order, subject, key, stop => SendAsync(method, path, body, stop), cancellation);

    public Task<Ending> InsistAsync(Order order, Guid subject, Guid key, Try attempt, CancellationToken cancellation) =>
        InsistAsync(order, subject, key, null, attempt, cancellation);

    /// <summary>Tries until the outcome is definite; after a minute and a half it stays unknown.</summary>
    public async Task<Ending> InsistAsync(Order order, Guid subject, Guid key, Guid? person, Try attempt, CancellationToken cancellation)
    {
        var until = history.Now + Patience;
        for (var pause = 100; ; pause = Math.Min(pause * 2, 1500))
        {
            var from = history.Now;
            var (ending, answer) = await attempt(cancellation);
            history.Add(new Attempt(client, order, subject, key, from, history.Now, ending, answer, person));
            if (ending != Ending.Unknown || history.Now > until || cancellation.IsCancellationRequested)
            {
                return ending;
            }

            route.Failed();
            await Task.Delay(pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async Task<(Ending Ending, string Answer)> SendAsync(HttpMethod method, string path, object body, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(AnswerWithin);
        using var request = new HttpRequestMessage(method, new Uri(route.Server, path)) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var answer = await http.SendAsync(request, patience.Token);
            var bytes = await answer.Content.ReadAsByteArrayAsync(patience.Token);
            overhears.Read(bytes);
            return (Judge(answer.StatusCode), answer.IsSuccessStatusCode ? "" : Say(method, path, answer.StatusCode, bytes));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            return (Ending.Unknown, e is OperationCanceledException ? "no answer in time" : e.Message);
        }
    }

    public async Task<T?> ReadAsync<T>(string path, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(AnswerWithin);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(route.Server, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.SendAsync(request, patience.Token);
        var bytes = await answer.Content.ReadAsByteArrayAsync(patience.Token);
        overhears.Read(bytes);
        answer.EnsureSuccessStatusCode();
        return System.Text.Json.JsonSerializer.Deserialize<T>(bytes, System.Text.Json.JsonSerializerOptions.Web);
    }

    /// <summary>Null when it could not be read: nothing is known then.</summary>
    public async Task<T?> FindAsync<T>(string path, CancellationToken cancellation) where T : class
    {
        try
        {
            return await ReadAsync<T>(path, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    /// <summary>A bug (500) says nothing about the outcome; "too many" and every outage ask for a repeat.</summary>
    private static Ending Judge(HttpStatusCode status) => status switch
    {
        < HttpStatusCode.BadRequest => Ending.Ok,
        HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => Ending.Unknown,
        _ => Ending.Refused,
    };

    private string Say(HttpMethod method, string path, HttpStatusCode status, byte[] body)
    {
        var answer = $"{(int)status} {System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 300)))}";
        if (status is HttpStatusCode.InternalServerError or HttpStatusCode.Unauthorized or HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity)
        {
            history.Odd($"{(int)status} to {method} {System.Text.RegularExpressions.Regex.Replace(path, "[0-9a-f]{8}-[0-9a-f-]{27}", "ID")}");
        }

        return answer;
    }
}
