using Dispatch.Geo.Matching;
using Dispatch.Geo.PostGis;
using Dispatch.Geo.Regions;
using Npgsql;
using Xunit;

namespace Dispatch.Geo.Tests.PostGis;

/// <summary>What is gathered page by page from the index gives the match that a slow twin makes of the whole roster.</summary>
[Collection(OnPostGis.Name)]
public sealed class NearestCandidatesTests(PostGisServer server)
{
    private static readonly Ring[] Rings =
    [
        new(1, "440304001001", "44.4403.440304.440304001.440304001001", RegionLevel.Village, "甲社区"),
        new(2, "440304001", "44.4403.440304.440304001", RegionLevel.Town, "园岭街道"),
        new(3, "440304", "44.4403.440304", RegionLevel.County, "福田区"),
    ];

    // A Saturday, 14:30 in Shanghai. Far in the future, so that no fix is stale by the server's own clock while the triggers run.
    private static readonly DateTimeOffset At = new(2099, 11, 21, 6, 30, 0, TimeSpan.Zero);
    private static readonly DateOnly Today = new(2099, 11, 21);

    [Theory]
    [InlineData(1, 22.54)]
    [InlineData(2, 22.54)]
    [InlineData(3, 45.75)]
    [InlineData(4, 3.9)]
    [InlineData(5, 53.2)]
    public async Task It_gives_the_match_of_the_whole_roster(int seed, double latitude)
    {
        await using var source = await server.WithRegionsAsync();
        var random = new Random(seed);
        var people = Enumerable.Range(0, 1_500).Select(_ => RandomPerson(random, latitude)).ToList();
        await source.AddAsync(people);
        for (var i = 0; i < 40; i++)
        {
            var question = RandomQuestion(random, latitude);
            await AgreesAsync(source, people, question);
        }

        await source.SettleAsync(At);
        for (var i = 0; i < 10; i++)
        {
            await AgreesAsync(source, people, RandomQuestion(random, latitude));
        }
    }

    [Fact]
    public async Task Hundreds_at_one_address_are_told_apart_by_their_ids()
    {
        await using var source = await server.WithRegionsAsync();
        var random = new Random(11);
        var station = new Position(114.0553, 22.5421);
        var people = Enumerable.Range(0, 700).Select(_ => Able(random) with { Address = station, Fix = null }).ToList();
        await source.AddAsync(people);
        var question = Question(new Position(114.056, 22.5421), 5_000, 7);
        var result = Matcher.Match(await GatherAsync(source, question));
        Assert.Equal(people.Select(p => p.Id).Order().Take(7), result.Chosen.Select(c => c.VolunteerId));
        Assert.Equal(7, result.Chosen.Count);
    }

    [Fact]
    public async Task The_ellipsoid_decides_where_plane_and_sphere_would_order_otherwise()
    {
        // North and east of the place at nearly equal distances: a sphere puts the northern one 0.5 % too far.
        await using var source = await server.WithRegionsAsync();
        var random = new Random(12);
        var place = new Position(114.05, 22.54);
        var north = Able(random) with { Address = new Position(114.05, 22.54 + 2_000 / 110_745.0), Fix = null };
        var east = Able(random) with { Address = new Position(114.05 + 2_003 / 102_870.0, 22.54), Fix = null };
        await source.AddAsync([north, east]);
        var result = Matcher.Match(await GatherAsync(source, Question(place, 5_000, 1)));
        Assert.Equal(north.Id, result.Chosen.Single().VolunteerId);
        Assert.Equal(Math.Round(Distance.Metres(place, north.Address!.Value), 3), result.Chosen.Single().DistanceMetres);
    }

    [Fact]
    public async Task Few_of_a_small_community_are_found_though_a_thousand_strangers_live_nearer()
    {
        await using var source = await server.WithRegionsAsync();
        var random = new Random(13);
        var strangers = Enumerable.Range(0, 1_200).Select(_ => Able(random) with { Home = "440304002001", Address = Near(random, 22.54, 0.002), Fix = null });
        var own = Enumerable.Range(0, 3).Select(_ => Able(random) with { Address = Near(random, 22.57, 0.001), Fix = null }).ToList();
        await source.AddAsync([.. strangers, .. own]);
        var result = Matcher.Match(await GatherAsync(source, Question(new Position(114.05, 22.54), 10_000, 3)));
        Assert.Equal(own.Select(p => p.Id).Order(), result.Chosen.Select(c => c.VolunteerId).Order());
        Assert.All(result.Chosen, c => Assert.Equal(1, c.Ring));
    }

    [Theory]
    [InlineData(150)] // a further page sees them all
    [InlineData(300)] // it has to give up among them
    public async Task Who_passes_is_found_behind_those_who_do_not_and_a_crowd_of_strangers(int crowd)
    {
        await using var source = await server.WithRegionsAsync();
        var random = new Random(17);
        var off = Enumerable.Range(0, 10).Select(_ => Able(random) with { Duty = "off", Address = Near(random, 22.54, 0.001), Fix = null });
        var strangers = Enumerable.Range(0, crowd).Select(_ => Able(random) with { Home = "440304002001", Address = Near(random, 22.55, 0.001), Fix = null });
        var own = Able(random) with { Address = Near(random, 22.57, 0.001), Fix = null };
        await source.AddAsync([.. off, .. strangers, own]);
        var chosen = Assert.Single(Matcher.Match(await GatherAsync(source, Question(new Position(114.05, 22.54), 10_000, 1))).Chosen);
        Assert.Equal((own.Id, 1), (chosen.VolunteerId, chosen.Ring));
    }

    [Fact]
    public async Task A_ring_too_large_to_be_read_whole_is_searched_among_all_neighbours()
    {
        await using var source = await server.WithRegionsAsync();
        var random = new Random(14);
        var strangers = Enumerable.Range(0, 1_500).Select(_ => Able(random) with { Home = "440304002001", Address = Near(random, 22.54, 0.002), Fix = null });
        var own = Enumerable.Range(0, 5_200).Select(_ => Able(random) with { Address = Near(random, 22.57, 0.01), Fix = null }).ToList();
        await source.AddAsync([.. strangers, .. own]);
        var place = new Position(114.05, 22.54);
        var result = Matcher.Match(await GatherAsync(source, Question(place, 10_000, 5)));
        Assert.Equal(
            own.OrderBy(p => Math.Round(Distance.Metres(place, p.Address!.Value), 3)).ThenBy(p => p.Id).Take(5).Select(p => p.Id),
            result.Chosen.Select(c => c.VolunteerId));
    }

    [Fact]
    public async Task Who_was_asked_before_or_is_engaged_is_told_so()
    {
        await using var source = await server.WithRegionsAsync();
        var random = new Random(15);
        var people = Enumerable.Range(0, 4).Select(i => Able(random) with { Address = new Position(114.05 + i * 0.001, 22.54), Fix = null }).ToList();
        await source.AddAsync(people);
        var question = Question(new Position(114.05, 22.54), 5_000, 1);
        await AskAsync(source, question.IncidentId, people[0].Id, "declined");
        await AskAsync(source, question.IncidentId, people[1].Id, "recalled");
        var other = Guid.CreateVersion7();
        await AskAsync(source, other, people[2].Id, "enRoute");

        var result = Matcher.Match(await GatherAsync(source, question with { Needs = [new NeedToFill(1, 900, "test.a", 3)] }));
        Assert.Equal([people[1].Id, people[3].Id], result.Chosen.Select(c => c.VolunteerId));
        var declined = result.Lines.Single(line => line.VolunteerId == people[0].Id);
        Assert.Equal((Rules.AlreadyAsked, "declined"), (declined.Rule, declined.AlreadyAsked));
        var engaged = result.Lines.Single(line => line.VolunteerId == people[2].Id);
        Assert.Equal((Rules.Engaged, (Guid?)other), (engaged.Rule, engaged.EngagedIn));
        Assert.True(result.Needs.Single().Exhausted);

        var alone = await GatherAsync(source, question with { Needs = [new NeedToFill(1, 900, "test.a", 3)], OnlyWhoMayCome = true });
        Assert.Equal(result.Chosen, Matcher.Match(alone).Chosen);
        Assert.Equal([people[0].Id, people[1].Id, people[3].Id], alone.Candidates.OrderBy(c => c.DistanceMetres).Select(c => c.VolunteerId)); // and not the engaged one
    }

    [Fact]
    public async Task Stored_inputs_of_a_real_match_replay_to_the_same_bytes()
    {
        await using var source = await server.WithRegionsAsync();
        var random = new Random(16);
        await source.AddAsync([.. Enumerable.Range(0, 300).Select(_ => RandomPerson(random, 22.54))]);
        var request = await GatherAsync(source, RandomQuestion(random, 22.54));
        var inputs = Explanation.WriteInputs(request);
        Assert.Equal(Explanation.Write(Matcher.Match(request)), Explanation.Write(Matcher.Match(Explanation.ReadInputs(inputs))));
    }

    [Fact]
    public async Task Rings_that_are_not_nested_are_refused()
    {
        await using var source = await server.WithRegionsAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => GatherAsync(source, Question(new Position(114, 22), 1_000, 1) with { Rings = [] }));
        await Assert.ThrowsAsync<ArgumentException>(() => GatherAsync(source, Question(new Position(114, 22), 1_000, 1) with
        {
            Rings = [Rings[0], Rings[1] with { Number = 2, Path = "44.4403.440305" }],
        }));
    }

    private static async Task AgreesAsync(NpgsqlDataSource source, List<Person> people, MatchQuestion question)
    {
        var gathered = await GatherAsync(source, question);
        var whole = gathered with { Candidates = [.. question.Needs.SelectMany(need => people.Select(p => RosterTwin.CandidateOf(p, need, question)).OfType<Candidate>())] };
        var expected = Matcher.Match(whole);
        var actual = Matcher.Match(gathered);
        Assert.Equal(expected.Chosen, actual.Chosen);
        Assert.Equal(expected.Needs, actual.Needs);

        // What was gathered is what the twin knows of the same people, fact for fact.
        var byKey = whole.Candidates.ToDictionary(c => (c.NeedOrdinal, c.VolunteerId));
        Assert.All(gathered.Candidates, c => Assert.Equal(byKey[(c.NeedOrdinal, c.VolunteerId)], c));

        // Those alone who may come at all: the same people are asked, and fewer are read.
        var alone = await GatherAsync(source, question with { OnlyWhoMayCome = true });
        Assert.Equal(expected.Chosen, Matcher.Match(alone).Chosen);
        Assert.Equal(expected.Needs, Matcher.Match(alone).Needs);
        Assert.All(alone.Candidates, c => Assert.Equal(byKey[(c.NeedOrdinal, c.VolunteerId)], c));
        Assert.DoesNotContain(alone.Candidates, c => Gates.Refusals(c, alone).Intersect([Rules.OffDuty, Rules.OutsideHours]).Any());

        // Everyone nearer than the farthest person asked is in the explanation, in or out.
        foreach (var need in actual.Needs.Where(need => need.Asked > 0))
        {
            var last = actual.Chosen.Last(c => c.NeedOrdinal == need.NeedOrdinal);
            var before = expected.Lines.Where(l => l.NeedOrdinal == need.NeedOrdinal && l.DistanceMetres is not null
                && (l.Ring < last.Ring || (l.Ring == last.Ring && l.DistanceMetres <= last.DistanceMetres)));
            var told = actual.Lines.Where(l => l.NeedOrdinal == need.NeedOrdinal).ToDictionary(l => l.VolunteerId);
            Assert.All(before, line => Assert.Equivalent(line, told[line.VolunteerId], strict: true));
        }
    }

    private static async Task<MatchRequest> GatherAsync(NpgsqlDataSource source, MatchQuestion question)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await NearestCandidates.Gather(connection, null, question, CancellationToken.None);
    }

    private static Task AskAsync(NpgsqlDataSource source, Guid incident, Guid volunteer, string state) => source.RunAsync($"""
        INSERT INTO incidents (id, request_hash, category, risk, address, location, region, region_path, region_zone, region_names, district, hazardous, life_critical,
                               first_ring, answer_within, radius_metres, raised_by)
        VALUES ('{incident}', '', 'test', 'r', 'a', ST_Point(114, 22, 4326)::geography, '440304', '44.4403.440304', 'Asia/Shanghai', ARRAY['x'], '440304', true, false, 5,
                '5 minutes', 5000, '00000000-0000-0000-0000-0000000000aa') ON CONFLICT DO NOTHING;
        INSERT INTO needs (incident_id, ordinal, qualification_id, count) VALUES ('{incident}', 1, 900, 5) ON CONFLICT DO NOTHING;
        INSERT INTO callouts (id, incident_id, need_ordinal, wave, volunteer_id, state, ring, rank, distance_metres, located_by, offered_at, due_at, changed_at)
        VALUES (gen_random_uuid(), '{incident}', 1, 1, '{volunteer}', '{state}', 1, 1, 10, 'fix', now(), now(), now());
        """);

    private static MatchQuestion Question(Position place, double radius, int wanted) => new()
    {
        IncidentId = Guid.CreateVersion7(), At = At, LocalDate = Today, Place = place, RadiusMetres = radius, Hazardous = true, Rings = Rings,
        Needs = [new NeedToFill(1, 900, "test.a", wanted)],
    };

    private static MatchQuestion RandomQuestion(Random random, double latitude) =>
        Question(Near(random, latitude, 0.02), random.Next(5) switch { 0 => 300, 1 => 200_000, _ => 3_000 }, 1) with
        {
            Hazardous = random.Next(2) == 0,
            Rings = random.Next(3) switch { 0 => Rings, 1 => [Rings[2] with { Number = 1 }], _ => [Rings[1] with { Number = 1 }, Rings[2] with { Number = 2 }] },
            Needs = random.Next(2) == 0
                ? [new NeedToFill(1, 900, "test.a", random.Next(1, 30))]
                : [new NeedToFill(1, 900, "test.a", random.Next(1, 12)), new NeedToFill(2, 901, "test.b", random.Next(1, 12)), new NeedToFill(3, 902, "test.a.child", random.Next(1, 4))],
        };

    private static Position Near(Random random, double latitude, double reach) =>
        new(114.05 + (random.NextDouble() - 0.5) * reach * 2, latitude + (random.NextDouble() - 0.5) * reach * 2);

    private static Guid NewId(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static Person Able(Random random) => new()
    {
        Id = NewId(random),
        Certificates = [(900, Today.AddYears(-1), Today.AddYears(1))],
        Insurances = [(Today.AddYears(-1), Today.AddYears(1))],
    };

    private static Person RandomPerson(Random random, double latitude)
    {
        bool Chance(double p) => random.NextDouble() < p;

        // One in five lives at one of three addresses: ties.
        var address = Chance(0.2) ? new Position(114.05 + random.Next(3) * 0.003, latitude) : Near(random, latitude, 0.03);
        var first = Today.AddDays(random.Next(-400, 40));
        return new Person
        {
            Id = NewId(random),
            Home = RosterTwin.Paths.Keys.ElementAt(random.Next(4)),
            Born = Chance(0.05) ? Today.AddYears(-18).AddDays(random.Next(-2, 3)) : new DateOnly(2060, 3, 1),
            Fitness = Chance(0.9) ? "fit" : Chance(0.5) ? "limited" : "unfit",
            Assessment = Chance(0.9) ? "passed" : "pending",
            Duty = Chance(0.6) ? "on" : Chance(0.3) ? "off" : "byHours",
            Address = Chance(0.9) ? address : null,
            Fix = Chance(0.5) ? Near(random, latitude, 0.04) : null,
            FixAt = At.AddSeconds(-random.Next(0, 1_500)),
            LocationConsent = Chance(0.85),
            AddressConsent = Chance(0.85),
            Certificates =
            [
                .. Chance(0.7) ? new (short, DateOnly, DateOnly?)[] { (900, first, Chance(0.3) ? null : first.AddDays(random.Next(0, 500))) } : [],
                .. Chance(0.2) ? new (short, DateOnly, DateOnly?)[] { (901, first, null) } : [],
                .. Chance(0.05) ? new (short, DateOnly, DateOnly?)[] { (902, first, first.AddDays(200)), (902, first.AddDays(201), first.AddDays(401)) } : [],
            ],
            Insurances = Chance(0.8) ? [(first.AddDays(-200), first), (first.AddDays(random.Next(-5, 30)), first.AddDays(300))] : [],
            Hours = [.. Enumerable.Range(0, 7).Where(_ => Chance(0.6)).Select(d => ((short)d, new TimeOnly(random.Next(0, 20), 30), Chance(0.5) ? "24:00" : "21:15"))],
        };
    }
}
