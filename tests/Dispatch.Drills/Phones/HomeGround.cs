using System.Net;
using System.Text.Json;
using Dispatch.Drills.Live;
using Dispatch.Geo;

namespace Dispatch.Drills.Phones;

/// <summary>Where people live: a place inside a region's boundary. A phone that never had a fix begins there.</summary>
internal sealed class HomeGround
{
    // From community up to district: the smallest boundary known for a person's region is the one that counts.
    private static readonly int[] Levels = [5, 4, 3];
    private const int Attempts = 1000;

    private readonly Dictionary<string, List<(double X, double Y)>> boundaries = [];

    /// <summary>The boundaries of the operator's region and below.</summary>
    public static async Task<HomeGround> ReadAsync(Station station, string region, CancellationToken cancellation)
    {
        var ground = new HomeGround();
        foreach (var level in Levels)
        {
            try
            {
                ground.Add(await station.GetAsync<JsonElement>($"api/regions/boundaries?under={region}&level={level}", cancellation));
            }
            catch (HttpRequestException e) when (e.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity)
            {
                // A tree need not have every level.
            }
        }

        return ground;
    }

    /// <summary>A place in the region, or in the nearest region above it that has a boundary; null when none has.</summary>
    public Position? PlaceIn(string code, Random chance)
    {
        // Codes are 6 digits for the district, 3 more for the street, 3 more for the community (GB/T 2260 and its successors).
        foreach (var length in new[] { code.Length, 9, 6 }.Where(length => length <= code.Length))
        {
            if (boundaries.TryGetValue(code[..length], out var ring))
            {
                return PlaceIn(ring, chance);
            }
        }

        return null;
    }

    private static Position PlaceIn(List<(double X, double Y)> ring, Random chance)
    {
        var (west, east) = (ring.Min(corner => corner.X), ring.Max(corner => corner.X));
        var (south, north) = (ring.Min(corner => corner.Y), ring.Max(corner => corner.Y));
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (x, y) = (west + ((east - west) * chance.NextDouble()), south + ((north - south) * chance.NextDouble()));
            if (Contains(ring, x, y))
            {
                return new Position(x, y);
            }
        }

        return new Position(ring[0].X, ring[0].Y);
    }

    /// <summary>Counts the edges that a ray to the east crosses.</summary>
    private static bool Contains(List<(double X, double Y)> ring, double x, double y)
    {
        var inside = false;
        for (int at = 0, before = ring.Count - 1; at < ring.Count; before = at++)
        {
            var (a, b) = (ring[at], ring[before]);
            if (a.Y > y != b.Y > y && x < ((b.X - a.X) * (y - a.Y) / (b.Y - a.Y)) + a.X)
            {
                inside = !inside;
            }
        }

        return inside;
    }

    private void Add(JsonElement collection)
    {
        foreach (var feature in collection.GetProperty("features").EnumerateArray())
        {
            if (feature.GetProperty("geometry") is not { ValueKind: JsonValueKind.Object } geometry)
            {
                continue;
            }

            // Outer ring of the first part: people live in the mainland part of their region.
            var part = geometry.GetProperty("coordinates");
            part = geometry.GetProperty("type").GetString() == "MultiPolygon" ? part[0][0] : part[0];
            boundaries[feature.GetProperty("properties").GetProperty("code").GetString()!] =
                part.EnumerateArray().Select(corner => (corner[0].GetDouble(), corner[1].GetDouble())).ToList();
        }
    }
}
