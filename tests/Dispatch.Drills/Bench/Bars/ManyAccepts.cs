using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Dispatch.Drills.Histories;
using Npgsql;

namespace Dispatch.Drills.Bench.Bars;

/// <summary>
/// L3: a thousand volunteers say yes every second, for a minute. Each has one open offer, twenty to an incident with twenty places; offers and record
/// are written beforehand, copied from an incident that was raised in the ordinary way.
/// </summary>
internal static class ManyAccepts
{
    private const int Places = 20, SenderLimit = 2000;
    private const double AnsweredWithinSeconds = 10;

    public static async Task<BarResult> RunAsync(Wish wish, CancellationToken cancellation)
    {
        var (seconds, perSecond) = (wish.Seconds ?? 60, wish.PerSecond ?? 1000);
        var people = (int)(seconds * perSecond) / Places * Places;
        await using var rig = await LoadRig.OpenAsync(people, onlyThese: false, null, cancellation, district: "440304");
        await rig.WatchAsync(1, null, cancellation);
        Console.WriteLine($"Writing {people} offers");
        var offers = await OfferAsync(rig, cancellation);
        var order = TheirOrder(people, perSecond, new Random(wish.Seed));

        Console.WriteLine($"{perSecond} accepts a second for {seconds} s");
        rig.Mark();
        var (latencies, refused, unknown, began) = (new Samples(), 0, 0, rig.History.Now);
        using var senders = new SemaphoreSlim(SenderLimit);
        var running = new List<Task>();
        for (var number = 0; number < people; number++)
        {
            // By the clock: a slow server must not get a smaller load. What waits for a sender is late, and counts as late.
            var due = began + TimeSpan.FromSeconds(number / perSecond);
            if (due - rig.History.Now is var wait && wait > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(wait, cancellation);
            }

            await senders.WaitAsync(cancellation);
            running.Add(AcceptAsync(order[number], due));
            if (number % 10_000 == 9_999)
            {
                Console.WriteLine($"{number + 1} sent, {latencies.Count} answered after {(rig.History.Now - began).TotalSeconds:0} s");
            }
        }

        await Task.WhenAll(running);
        var (took, busy) = (rig.History.Now - began, rig.ProcessorsBusy());
        var evidence = await rig.SettleAsync(offers.Select(offer => offer.Incident), cancellation);
        return BarResult.Of("L3", $"{perSecond} accepts/s for {seconds} s, {people} in all, {people / took.TotalSeconds:0}/s reached",
            [
                new("accept, p99", latencies.At(0.99), "ms", 250), new("accept, p50", latencies.At(0.5), "ms", null), new("accept, p95", latencies.At(0.95), "ms", null),
                new("answered within", took.TotalSeconds, "s", null), new("not confirmed", unknown, "", null), new("processors busy", busy, "", null),
            ],
            evidence, ("refused other than by 409", refused));

        async Task AcceptAsync(int at, DateTimeOffset due)
        {
            try
            {
                var (offer, token, from) = (offers[at], rig.Crowd.Phones[at].Token, rig.History.Now);
                using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(rig.Node.Address, $"api/callouts/{offer.Callout}/answer")) { Content = JsonContent.Create(new { answer = "accept" }) };
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                var ending = Ending.Unknown;
                try
                {
                    using var answer = await rig.Http.SendAsync(request, cancellation);
                    ending = answer.IsSuccessStatusCode ? Ending.Ok : answer.StatusCode >= HttpStatusCode.InternalServerError ? Ending.Unknown : Ending.Refused;
                    if (ending == Ending.Refused && answer.StatusCode != HttpStatusCode.Conflict)
                    {
                        Interlocked.Increment(ref refused);
                    }
                }
                catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
                {
                    // not confirmed
                }

                if (ending == Ending.Unknown)
                {
                    Interlocked.Increment(ref unknown);
                }

                latencies.Add((rig.History.Now - due).TotalMilliseconds);
                rig.History.Add(new Attempt($"volunteer {rig.Crowd.Phones[at].Person.Id}", Order.Accept, offer.Callout, offer.Callout, from, rig.History.Now, ending, ""));
            }
            finally
            {
                senders.Release();
            }
        }
    }

    /// <summary>
    /// Incident after incident, the yeses of each within ten seconds, as people's are: so every second has its share of last places. With all of them in
    /// one shuffle nearly every incident would be filled in the last few seconds of the run.
    /// </summary>
    private static int[] TheirOrder(int people, double perSecond, Random chance) =>
        [.. Enumerable.Range(0, people).OrderBy(at => (at / Places * (Places / perSecond)) + (chance.NextDouble() * AnsweredWithinSeconds))];

    /// <summary>One offer for each phone, in its order. The rows are copies of those of a real incident, whatever columns they may have by then.</summary>
    private static async Task<List<(Guid Incident, Guid Callout)>> OfferAsync(LoadRig rig, CancellationToken cancellation)
    {
        var model = await rig.RaiseAsync(new Random(1), needed: Places);
        while (await rig.ScalarAsync($"SELECT count(*) FROM callouts WHERE incident_id = '{model}'", cancellation) == 0)
        {
            await Task.Delay(100, cancellation);
        }

        await rig.CloseAsync(model);
        var people = rig.Crowd.Phones.Select(phone => phone.Person.Id).ToArray();
        var offers = Enumerable.Range(0, people.Length / Places)
            .SelectMany(_ => Enumerable.Repeat(Guid.CreateVersion7(), Places)).Select(incident => (Incident: incident, Callout: Guid.CreateVersion7())).ToList();
        await using var connection = new NpgsqlConnection(rig.Field.Database);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("""
            CREATE TEMP TABLE load AS SELECT incident, callout, volunteer, row_number() OVER (PARTITION BY incident ORDER BY ord) AS place
            FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) WITH ORDINALITY AS n (incident, callout, volunteer, ord)
            """, connection) { CommandTimeout = 300 };
        command.Parameters.Add(new() { Value = offers.Select(offer => offer.Incident).ToArray() });
        command.Parameters.Add(new() { Value = offers.Select(offer => offer.Callout).ToArray() });
        command.Parameters.Add(new() { Value = people.Take(offers.Count).ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
        foreach (var sql in new[]
        {
            // The open incident as it was raised: without its end, its look-at, its wave.
            $$"""
            INSERT INTO incidents SELECT copy.* FROM incidents model, (SELECT DISTINCT incident FROM load) l,
              LATERAL jsonb_populate_record(model, jsonb_build_object('id', l.incident, 'state', 'open', 'ended_at', null, 'look_at', null, 'last_fact', {{Places}} + 2, 'last_wave', 1, 'calling', true)) copy
            WHERE model.id = '{{model}}'
            """,
            $"""
            INSERT INTO needs SELECT copy.* FROM needs model, (SELECT DISTINCT incident FROM load) l,
              LATERAL jsonb_populate_record(model, jsonb_build_object('incident_id', l.incident, 'filled', 0, 'exhausted', false)) copy
            WHERE model.incident_id = '{model}'
            """,
            $"""
            INSERT INTO callouts SELECT copy.* FROM (SELECT c FROM callouts c WHERE c.incident_id = '{model}' ORDER BY ring, rank LIMIT 1) AS one (model), load l,
              LATERAL jsonb_populate_record(model, jsonb_build_object('id', l.callout, 'incident_id', l.incident, 'volunteer_id', l.volunteer, 'state', 'offered', 'rank', l.place, 'reason', null,
                'offered_at', now(), 'due_at', now() + interval '1 hour', 'changed_at', now(), 'sent_at', null, 'delivered_at', null, 'seen_at', null, 'answered_at', null)) copy
            """,
            $"""
            INSERT INTO facts SELECT copy.* FROM facts model, (SELECT DISTINCT incident FROM load) l,
              LATERAL jsonb_populate_record(model, jsonb_build_object('incident_id', l.incident, 'at', now(), 'number', CASE model.kind WHEN 'IncidentRaised' THEN 1 ELSE 2 END)) copy
            WHERE model.incident_id = '{model}' AND model.number IN (SELECT min(number) FROM facts WHERE incident_id = '{model}' AND kind IN ('IncidentRaised', 'RingOpened') GROUP BY kind)
            ORDER BY l.incident, copy.number
            """,
            $"""
            INSERT INTO facts SELECT copy.* FROM (SELECT f FROM facts f WHERE f.incident_id = '{model}' AND f.kind = 'CalloutOffered' ORDER BY number LIMIT 1) AS one (model), load l,
              LATERAL jsonb_populate_record(model, jsonb_build_object('incident_id', l.incident, 'number', 2 + l.place, 'at', now(), 'callout_id', l.callout,
                'data', jsonb_build_object('callout', ((model).data -> 'callout') || jsonb_build_object('id', l.callout, 'volunteer', jsonb_build_object('id', l.volunteer))))) copy
            ORDER BY l.place
            """,
            "ANALYZE",
        })
        {
            await using var insert = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
            await insert.ExecuteNonQueryAsync(cancellation);
        }

        return offers;
    }
}
